from datetime import timedelta

from uservault.access.principal import Principal
from uservault.events.log import EventLog
from uservault.invitations.errors import InvitationNotFound
from uservault.invitations.events import InvitationCreated, InvitationResent, InvitationRevoked
from uservault.invitations.models import Invitation
from uservault.invitations.repository import InvitationRepository
from uservault.invitations.schemas import InvitationCreate
from uservault.kit.crypto import digest, random_token
from uservault.mail.messages import Invitation as InvitationEmail
from uservault.mail.repository import MailRepository
from uservault.mail.service import Mailer
from uservault.registration.policy import RegistrationPolicy
from uservault.roles.assignments import RoleAssignments
from uservault.users.service import UserService
from uservault.wiring.scope import Inject, Now, Shared, injected

LIFETIME = timedelta(days=7)


@injected
class InvitationService:
    """Sends, resends and revokes invitations.

    The inviter must hold every permission that the invitation grants.
    """

    policy: Shared[RegistrationPolicy]
    invitations: Inject[InvitationRepository]
    users: Inject[UserService]
    roles: Inject[RoleAssignments]
    mailer: Inject[Mailer]
    mails: Inject[MailRepository]
    events: Inject[EventLog]
    now: Now

    async def create(self, data: InvitationCreate, by: Principal) -> Invitation:
        """Raises RegistrationClosed, EmailTaken, UnknownRole or Forbidden."""
        self.policy.ensure_invitations_allowed()
        await self.roles.ensure_may_grant(data.roles, by)
        await self.users.ensure_email_free(data.email)
        token, now = random_token(), self.now()
        invitation = Invitation(
            email=data.email,
            roles=sorted(set(data.roles)),
            inviter_id=by.user_id,
            token_hash=digest(token),
            letter_id=await self._send(token, data.email),
            created_at=now,
            expires_at=now + LIFETIME,
        )
        await self.invitations.save(invitation)
        event = InvitationCreated(
            subject_id=None, invitation_id=invitation.id, roles=invitation.roles
        )
        self.events.record(event)
        return invitation

    async def resend(self, id: int, by: Principal) -> Invitation:
        """Sends a new token, valid for another 7 days, in the name of `by`. Voids the old token.

        Raises InvitationNotFound, or like `create`.
        """
        self.policy.ensure_invitations_allowed()
        invitation = await self._get(id)
        await self.roles.ensure_may_grant(invitation.roles, by)
        await self.users.ensure_email_free(invitation.email)
        await self.mails.withdraw(invitation.letter_id)
        token = random_token()
        invitation.token_hash = digest(token)
        invitation.letter_id = await self._send(token, invitation.email)
        invitation.inviter_id = by.user_id
        invitation.expires_at = self.now() + LIFETIME
        await self.invitations.save(invitation)
        self.events.record(InvitationResent(subject_id=None, invitation_id=id))
        return invitation

    async def revoke(self, id: int) -> None:
        """Raises InvitationNotFound."""
        invitation = await self._get(id)
        await self.mails.withdraw(invitation.letter_id)
        await self.invitations.delete(invitation)
        self.events.record(InvitationRevoked(subject_id=None, invitation_id=id))

    async def _send(self, token: str, email: str) -> int:
        return (await self.mailer.queue(InvitationEmail(token=token), email)).id

    async def _get(self, id: int) -> Invitation:
        if invitation := await self.invitations.get(id):
            return invitation
        raise InvitationNotFound
