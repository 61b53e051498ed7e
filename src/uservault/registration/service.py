from uservault.access.origin import CurrentOrigin
from uservault.events.log import EventLog
from uservault.events.refusals import first_refusal_recorded
from uservault.kit.problems import Conflict
from uservault.recovery.email_verification import EmailVerification
from uservault.registration.accounts import Accounts
from uservault.registration.events import RegistrationThrottled
from uservault.registration.moving import MovedRegistration
from uservault.registration.policy import MadeByOthers
from uservault.registration.schemas import UserCreate
from uservault.registration.throttle import RegistrationThrottle
from uservault.users.models import User
from uservault.wiring.scope import CurrentSettings, Inject, Shared, injected


@injected
class RegistrationService:
    """Registration by users themselves, or by a caller with `users:write`."""

    accounts: Inject[Accounts]
    moving: Inject[MovedRegistration]
    verification: Inject[EmailVerification]
    throttle: Shared[RegistrationThrottle]
    events: Inject[EventLog]
    settings: CurrentSettings
    origin: CurrentOrigin
    by_others: MadeByOthers

    async def register(self, data: UserCreate) -> User:
        """Raises UsernameTaken, EmailTaken, PasswordRefused, TooManyTries or TooManyPasswords."""
        with first_refusal_recorded(self.events, RegistrationThrottled(subject_id=None)):
            await self.throttle.admit(self.origin.client)
        try:
            user = await self._create(data)
        except Conflict:
            await self.throttle.count_refused(self.origin.client)
            raise
        await self.verification.request(user)
        await self.throttle.count_created(self.origin.client)
        return user

    async def _create(self, data: UserCreate) -> User:
        required = self.settings.registration.verify == "required"
        if required and not self.by_others and (moved := await self.moving.move(data)):
            return moved
        if self.settings.production:
            return await self.accounts.create(data, provisional=not self.by_others)
        return await self.accounts.create_admin_if_first(data, provisional=not self.by_others)
