from uservault.invitations.models import Invitation
from uservault.wiring.repository import Repository


class InvitationRepository(Repository[Invitation]):
    """Whoever locks an invitation and a user too locks the user first: deleting one who invited
    takes their invitations along."""

    model = Invitation
