from collections.abc import Sequence

from uservault.access.fresh import FreshProof
from uservault.access.principal import Principal
from uservault.db.errors import ConcurrentChange
from uservault.events.log import EventLog
from uservault.invitations.errors import InvitationNotFound
from uservault.invitations.events import InvitationCreated, InvitationResent, InvitationRevoked
from uservault.invitations.models import Invitation
from uservault.invitations.repository import InvitationRepository
from uservault.invitations.schemas import InvitationCreate
from uservault.mail.gate import Admitted
from uservault.mail.messages import Invitation as InvitationEmail
from uservault.mail.recipient import Recipient
from uservault.mail.repository import MailRepository
from uservault.mail.service import Mailer
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.service import Issued, OneTimeTokenService
from uservault.registration.policy import RegistrationPolicy
from uservault.roles.assignments import RoleAssignments
from uservault.users.repository import UserRepository
from uservault.users.service import UserService
from uservault.wiring.scope import Inject, Now, Shared, injected


@injected
class InvitationService:
    """Sends, resends and revokes invitations.

    The inviter must hold every permission that the invitation grants.
    """

    policy: Shared[RegistrationPolicy]
    fresh: Shared[FreshProof]
    invitations: Inject[InvitationRepository]
    users: Inject[UserService]
    inviters: Inject[UserRepository]
    roles: Inject[RoleAssignments]
    one_time_tokens: Inject[OneTimeTokenService]
    mailer: Inject[Mailer]
    mails: Inject[MailRepository]
    events: Inject[EventLog]
    now: Now

    async def create(self, data: InvitationCreate, by: Principal) -> Invitation:
        """Raises RegistrationClosed, UserNotFound, EmailTaken, UnknownRole, Forbidden or
        TooManyTries."""
        self.policy.ensure_invitations_allowed()
        self._ensure_fresh(data.roles, by)
        await self.users.get(by.user_id)
        await self.roles.ensure_may_grant(data.roles, by)
        await self.users.ensure_email_free(data.email)
        admitted = await self._admit(data.email)
        issued, now = await self._issue(by), self.now()
        invitation = Invitation(
            email=data.email,
            roles=sorted(set(data.roles)),
            inviter_id=by.user_id,
            one_time_token_id=issued.id,
            letter_id=await self._send(issued.token, admitted),
            created_at=now,
            expires_at=now + Purpose.INVITATION.lifetime,
        )
        await self.invitations.save(invitation)
        event = InvitationCreated(
            subject_id=None, invitation_id=invitation.id, roles=invitation.roles
        )
        self.events.record(event)
        return invitation

    async def resend(self, id: int, by: Principal) -> Invitation:
        """Sends a new token, valid for another 7 days, in the name of `by`. Voids the old token.

        Raises InvitationNotFound, ConcurrentChange, or like `create`.
        """
        self.policy.ensure_invitations_allowed()
        invitation = await self._get(id, by.user_id)
        await self.users.get(by.user_id)
        self._ensure_fresh(invitation.roles, by)
        await self.roles.ensure_may_grant(invitation.roles, by)
        await self.users.ensure_email_free(invitation.email)
        admitted = await self._admit(invitation.email)
        await self._void(invitation)
        issued = await self._issue(by)
        invitation.one_time_token_id = issued.id
        invitation.letter_id = await self._send(issued.token, admitted)
        invitation.inviter_id = by.user_id
        invitation.expires_at = self.now() + Purpose.INVITATION.lifetime
        await self.invitations.save(invitation)
        self.events.record(InvitationResent(subject_id=None, invitation_id=id))
        return invitation

    async def revoke(self, id: int) -> None:
        """Raises InvitationNotFound or ConcurrentChange."""
        invitation = await self._get(id)
        await self._void(invitation)
        await self.invitations.delete(invitation)
        self.events.record(InvitationRevoked(subject_id=None, invitation_id=id))

    def _ensure_fresh(self, roles: Sequence[str], by: Principal) -> None:
        if roles:  # else nothing is granted
            self.fresh.require(by)

    async def _issue(self, by: Principal) -> Issued:
        """Of the inviter: what evicts a thief of their account voids it."""
        return await self.one_time_tokens.issue(Purpose.INVITATION, by.user_id)

    async def _void(self, invitation: Invitation) -> None:
        await self.mails.withdraw(invitation.letter_id)
        await self.one_time_tokens.void_one(invitation.one_time_token_id)

    async def _admit(self, email: str) -> Admitted:
        return await self.mailer.admit(InvitationEmail, Recipient(email))

    async def _send(self, token: str, admitted: Admitted) -> int:
        return (await self.mailer.queue(InvitationEmail(token=token), admitted)).id

    async def _get(self, id: int, *others: int) -> Invitation:
        """Locked, and before it the users: the inviter, whose one-time token it has, and others.

        Raises ConcurrentChange if another user sends it meanwhile.
        """
        inviter_id = await self.invitations.inviter_of(id)
        if inviter_id is None:
            raise InvitationNotFound
        await self.inviters.lock(inviter_id, *others)
        invitation = await self.invitations.get(id)
        if invitation is None:
            raise InvitationNotFound
        if invitation.inviter_id != inviter_id:
            raise ConcurrentChange
        return invitation
