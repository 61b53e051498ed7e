from uservault.invitations.models import Invitation
from uservault.wiring.repository import Repository


class InvitationRepository(Repository[Invitation]):
    """To lock an invitation and a user, lock the user first, or two transactions may deadlock.

    Deleting a user locks in that order too: it deletes their invitations by cascade.
    """

    model = Invitation
