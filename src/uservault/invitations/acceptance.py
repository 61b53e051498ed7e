from uservault.access.origin import CurrentOrigin
from uservault.access.principal import Permission, Principal
from uservault.events.log import EventLog
from uservault.invitations.errors import InvitationNotFound
from uservault.invitations.events import InvitationAccepted
from uservault.invitations.models import Invitation
from uservault.invitations.reader import InvitationReader
from uservault.invitations.repository import InvitationRepository
from uservault.invitations.schemas import InvitationAccept
from uservault.kit.problems import Conflict, Forbidden
from uservault.mail.repository import MailRepository
from uservault.one_time_tokens.errors import OneTimeTokenInvalid
from uservault.one_time_tokens.reader import LiveToken
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.registration.accounts import Accounts
from uservault.registration.policy import RegistrationPolicy
from uservault.registration.throttle import RegistrationThrottle
from uservault.roles.assignments import RoleAssignments
from uservault.roles.errors import UnknownRole
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.users.status import is_active
from uservault.wiring.scope import Inject, Now, Shared, injected


@injected
class InvitationAcceptance:
    """Creates users by invitation.

    The inviter must still be active and hold the permissions that the invitation needs.
    """

    policy: Shared[RegistrationPolicy]
    throttle: Shared[RegistrationThrottle]
    reader: Shared[InvitationReader]
    one_time_tokens: Inject[OneTimeTokenService]
    invitations: Inject[InvitationRepository]
    inviters: Inject[UserRepository]
    accounts: Inject[Accounts]
    roles: Inject[RoleAssignments]
    mails: Inject[MailRepository]
    events: Inject[EventLog]
    now: Now
    origin: CurrentOrigin

    async def accept(self, data: InvitationAccept) -> User:
        """Raises RegistrationClosed, InvitationNotFound, UsernameTaken, EmailTaken,
        PasswordRefused, TooManyTries or TooManyPasswords."""
        self.policy.ensure_invitations_allowed()
        await self.throttle.admit(self.origin.client)
        try:
            user = await self._accept(data)
        except (Conflict, InvitationNotFound):
            await self.throttle.count_refused(self.origin.client)
            raise
        await self.throttle.count_created(self.origin.client)
        return user

    async def _accept(self, data: InvitationAccept) -> User:
        found, token = await self.reader.by_token(data.token)
        hash = await self.accounts.hash(data.password, data.username, found.email)
        inviter = await self._inviter(found.inviter_id)
        invitation = await self.invitations.get(found.id)
        if invitation is None or invitation.inviter_id != inviter.user_id:
            raise InvitationNotFound  # accepted, revoked or sent by another user since
        await self._use(token)
        return await self._create_user(invitation, data.username, hash, inviter)

    async def _use(self, token: LiveToken) -> None:
        try:
            await self.one_time_tokens.use(token)
        except OneTimeTokenInvalid:
            raise InvitationNotFound from None

    async def _inviter(self, id: int) -> Principal:
        """The inviter with their current permissions. Locks their row.

        Raises InvitationNotFound if they are inactive or may not invite any more.
        """
        inviter = await self.inviters.get(id)
        if inviter is None or not is_active(inviter, self.now()):
            raise InvitationNotFound
        by = Principal.of_user(id, await self.roles.permissions_of(id))
        if Permission.INVITATIONS_WRITE not in by.permissions:
            raise InvitationNotFound
        return by

    async def _create_user(
        self, invitation: Invitation, username: str, hash: str, inviter: Principal
    ) -> User:
        user = await self.accounts.add(username, invitation.email, hash, verified=True)
        try:
            await self.roles.assign(user.id, invitation.roles, inviter)
        except (UnknownRole, Forbidden):
            raise InvitationNotFound from None
        await self.mails.address(invitation.letter_id, user.id)
        await self.invitations.delete(invitation)
        accepted = InvitationAccepted(
            subject_id=user.id, invitation_id=invitation.id, inviter_id=inviter.user_id
        )
        self.events.record(accepted)
        return user
