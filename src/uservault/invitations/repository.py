from sqlalchemy import select

from uservault.invitations.models import Invitation
from uservault.wiring.repository import Repository


class InvitationRepository(Repository[Invitation]):
    """To lock an invitation and a user, lock the user first, or two transactions may deadlock.

    Deleting a user locks in that order too: it deletes their invitations by cascade.
    """

    model = Invitation

    async def inviter_of(self, id: int) -> int | None:
        """The id of who sent it last. Locks nothing."""
        found = select(Invitation.inviter_id).where(Invitation.id == id)
        return await self.session.scalar(found)
