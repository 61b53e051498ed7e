from pydantic import MISSING

from uservault.access.fresh import FreshProof
from uservault.access.origin import CurrentOrigin
from uservault.access.principal import Principal
from uservault.mail.recipient import Recipient
from uservault.one_time_tokens.purposes import Purpose
from uservault.recovery.email_verification import EmailVerification
from uservault.recovery.throttle import EmailThrottle
from uservault.users.models import User
from uservault.users.schemas import UserRead, UserUpdate
from uservault.users.service import UserService
from uservault.web.etag import Precondition
from uservault.wiring.scope import CurrentSettings, Inject, Shared, injected

IDENTIFYING = ("username", "email")  # what a user logs in and recovers with


@injected
class UserChange:
    """Changes users. A new address is verified, and the old one is notified."""

    users: Inject[UserService]
    verification: Inject[EmailVerification]
    throttle: Shared[EmailThrottle]
    fresh: Shared[FreshProof]
    settings: CurrentSettings
    origin: CurrentOrigin

    async def change(
        self, user_id: int, data: UserUpdate, check: Precondition, by: Principal
    ) -> UserRead:
        """If verification is required, a new address applies once it is verified.

        Raises UserNotFound, UsernameTaken, EmailTaken, TooManyTries, FreshLoginRequired or
        PreconditionFailed.
        """
        user = await self.users.get(user_id)
        check(user.version)
        sent = data.model_dump(exclude_unset=True)
        if any(name in sent and sent[name] != getattr(user, name) for name in IDENTIFYING):
            self.fresh.require(by)
        email: str | None = sent.get("email")
        if email is None or email == user.email:
            return await self.users.update(user_id, data, check)
        verify = self.settings.registration.verify
        if verify != "off":
            await self.throttle.admit(Purpose.VERIFY_EMAIL, email, self.origin.client)
        if verify == "required":
            await self.verification.propose(user, email)
            data = data.model_copy(update={"email": MISSING})
            return await self.users.update(user_id, data, check)
        return await self._replace(user, data, check)

    async def _replace(self, user: User, data: UserUpdate, check: Precondition) -> UserRead:
        old = Recipient.of(user)
        changed = await self.users.update(user.id, data, check)
        await self.verification.address_changed(user, old)
        await self.verification.request(user)
        return changed
