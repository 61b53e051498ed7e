from uservault.access.origin import CurrentOrigin
from uservault.kit.identity import email_key
from uservault.one_time_tokens.purposes import Purpose
from uservault.recovery.models import QueuedEmailRequest
from uservault.recovery.repository import EmailRequestRepository
from uservault.recovery.throttle import EmailThrottle
from uservault.wiring.scope import Inject, Now, Shared, injected


@injected
class EmailRequests:
    """Queues e-mail requests without looking up the user, so the answer reveals no account."""

    requests: Inject[EmailRequestRepository]
    throttle: Shared[EmailThrottle]
    origin: CurrentOrigin
    now: Now

    async def queue(self, purpose: Purpose, email: str) -> None:
        """Does nothing if the address got too many. Raises TooManyTries for the client."""
        if not await self.throttle.admit_stranger(purpose, email, self.origin.client):
            return
        request = QueuedEmailRequest(
            purpose=purpose,
            email_key=email_key(email),
            ordered_at=self.now(),
            address=self.origin.address,
            user_agent=self.origin.user_agent,
            request_id=self.origin.request_id,
        )
        await self.requests.save(request)
