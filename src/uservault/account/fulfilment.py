from sqlalchemy import select

from uservault.account.events import PasswordResetRequested
from uservault.account.models import LetterOrder
from uservault.account.repository import LetterOrderRepository
from uservault.events.log import EventLog
from uservault.kit.ports import Resources
from uservault.kit.wiring import CurrentSettings, Inject, Now, scope
from uservault.mail.letters import Contents, ResetPassword, VerifyEmail
from uservault.mail.service import Mailer
from uservault.telemetry.origin import Origin
from uservault.tickets.purposes import Purpose
from uservault.tickets.service import TicketService
from uservault.users.activity import is_active
from uservault.users.models import User
from uservault.users.repository import UserRepository


class LetterOrderFulfilment:
    """Queues the letter that was ordered, if somebody has the address and may have the letter."""

    def __init__(
        self,
        users: Inject[UserRepository],
        tickets: Inject[TicketService],
        mailer: Inject[Mailer],
        events: Inject[EventLog],
        settings: CurrentSettings,
        now: Now,
    ) -> None:
        self.users = users
        self.tickets = tickets
        self.mailer = mailer
        self.events = events
        self.now = now
        self.verifies = settings.registration.verify != "off"

    async def fulfil(self, order: LetterOrder) -> None:
        if user := await self._addressee(order):
            await self._queue(order, user)

    async def _addressee(self, order: LetterOrder) -> User | None:
        id = await self.users.id_of(order.email_key)
        user = await self.users.get(id) if id else None
        if user is None or user.email_key != order.email_key or not is_active(user, self.now()):
            return None
        return user if order.purpose == Purpose.RESET_PASSWORD or self._asks(user) else None

    def _asks(self, user: User) -> bool:
        return self.verifies and not user.email_verified

    async def _queue(self, order: LetterOrder, user: User) -> None:
        issued = await self.tickets.issue(Purpose(order.purpose), user.id, user.email)
        contents: Contents = VerifyEmail(token=issued.token, code=issued.code)
        if order.purpose == Purpose.RESET_PASSWORD:
            contents = ResetPassword(token=issued.token, username=user.username)
            self.events.record(PasswordResetRequested(subject_id=user.id))
        await self.mailer.queue(contents, user.email, user.locale, user.id)


class Fulfilment:
    """The chore: one order after the other, each with the origin of whoever placed it."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    async def run_once(self) -> int:
        """The number of orders that were seen to."""
        if not await self.resources.database.rows(select(LetterOrder.id).limit(1)):
            return 0
        async with scope(self.resources) as made:
            orders = made.get(LetterOrderRepository)
            order = await orders.next()
            if order is None:
                return 0
            made.facts["origin"] = Origin(
                address=order.address, user_agent=order.user_agent, request_id=order.request_id
            )
            await made.get(LetterOrderFulfilment).fulfil(order)
            await orders.delete(order)
        return 1
