from uservault.access.origin import CurrentOrigin
from uservault.db.base import NOBODY
from uservault.events.log import EventLog
from uservault.one_time_tokens.errors import OneTimeTokenInvalid
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.recovery.email_verification import EmailVerification
from uservault.recovery.events import EmailCodeRefused
from uservault.recovery.throttle import CodeClientThrottle
from uservault.users.repository import UserRepository
from uservault.wiring.scope import Inject, Shared, injected


@injected
class CodeWithAddress:
    """Verifies a primary address with its code, for users who cannot log in yet.

    It says and does the same for an unknown address, down to the event that it writes.
    """

    users: Inject[UserRepository]
    one_time_tokens: Inject[OneTimeTokenService]
    verification: Inject[EmailVerification]
    throttle: Shared[CodeClientThrottle]
    events: Inject[EventLog]
    origin: CurrentOrigin

    async def verify(self, email: str, code: str) -> None:
        """Raises OneTimeTokenInvalid, or TooManyTries for the address or the client."""
        await self.throttle.admit(self.origin.client)
        user = await self.users.by_email(email)
        try:
            id = user.id if user else NOBODY
            token = await self.one_time_tokens.find_by_address(id, email, code)
            if user is None:
                raise OneTimeTokenInvalid
            await self.verification.verify(user, token)
        except OneTimeTokenInvalid:
            self.events.record(EmailCodeRefused(subject_id=user.id if user else None))
            raise
        await self.throttle.forgive(self.origin.client)
