from uservault.access.origin import CurrentOrigin
from uservault.account.models import LetterOrder
from uservault.account.repository import LetterOrderRepository
from uservault.account.throttle import LetterThrottle
from uservault.kit.identity import email_key
from uservault.kit.wiring import Inject, Now, Shared
from uservault.tickets.purposes import Purpose


class LetterOrders:
    """Takes down who wants a letter. It looks nobody up: there is nothing to find out by asking."""

    def __init__(
        self,
        orders: Inject[LetterOrderRepository],
        throttle: Shared[LetterThrottle],
        origin: CurrentOrigin,
        now: Now,
    ) -> None:
        self.orders = orders
        self.throttle = throttle
        self.origin = origin
        self.now = now

    async def place(self, purpose: Purpose, email: str) -> None:
        """Raises TooManyTries."""
        await self.throttle.admit(purpose, email, self.origin.address)
        order = LetterOrder(
            purpose=purpose,
            email_key=email_key(email),
            ordered_at=self.now(),
            address=self.origin.address,
            user_agent=self.origin.user_agent,
            request_id=self.origin.request_id,
        )
        await self.orders.save(order)
