from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from uservault.account.events import PasswordResetRequested
from uservault.account.models import LetterOrder
from uservault.account.repository import LetterOrderRepository
from uservault.events.log import EventLog
from uservault.kit.db import unit_of_work
from uservault.kit.ports import Resources
from uservault.mail.letters import Contents, ResetPassword, VerifyEmail
from uservault.mail.repository import LetterRepository
from uservault.mail.service import Mailer
from uservault.telemetry.origin import Origin
from uservault.tickets.codes import Codes
from uservault.tickets.purposes import Purpose
from uservault.tickets.reader import TicketReader
from uservault.tickets.repository import TicketRepository
from uservault.tickets.service import TicketService
from uservault.users.activity import is_active
from uservault.users.models import User
from uservault.users.repository import UserRepository


class Fulfilment:
    """Queues the letters that were ordered, if somebody has the address and may have the letter."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.now = resources.clock
        self.verifies = resources.settings.registration.verify != "off"

    async def run_once(self) -> int:
        """The number of orders that were seen to."""
        if not await self.resources.database.rows(select(LetterOrder.id).limit(1)):
            return 0
        async with unit_of_work(self.resources.database) as session:
            orders = LetterOrderRepository(session)
            order = await orders.next()
            if order is None:
                return 0
            if user := await self._addressee(session, order):
                await self._queue(session, order, user)
            await orders.delete(order)
        return 1

    async def _addressee(self, session: AsyncSession, order: LetterOrder) -> User | None:
        users = UserRepository(session)
        id = await users.id_of(order.email_key)
        user = await users.get(id) if id else None
        if user is None or user.email_key != order.email_key or not is_active(user, self.now()):
            return None
        return user if order.purpose == Purpose.RESET_PASSWORD or self._asks(user) else None

    def _asks(self, user: User) -> bool:
        return self.verifies and not user.email_verified

    async def _queue(self, session: AsyncSession, order: LetterOrder, user: User) -> None:
        events = self._events(session, order)
        codes, reader = self.resources.shared(Codes), self.resources.shared(TicketReader)
        tickets = TicketService(TicketRepository(session), reader, codes, self.now)
        issued = await tickets.issue(Purpose(order.purpose), user.id, user.email)
        contents: Contents = VerifyEmail(token=issued.token, code=issued.code)
        if order.purpose == Purpose.RESET_PASSWORD:
            contents = ResetPassword(token=issued.token, username=user.username)
            events.record(PasswordResetRequested(subject_id=user.id))
        mailer = Mailer(
            LetterRepository(session),
            events,
            self.resources.sealer,
            self.resources.settings,
            self.now,
        )
        await mailer.queue(contents, user.email, user.locale, user.id)  # E3: never what was typed

    def _events(self, session: AsyncSession, order: LetterOrder) -> EventLog:
        origin = Origin(
            address=order.address, user_agent=order.user_agent, request_id=order.request_id
        )
        return EventLog(session, self.now, self.resources.sealer, origin=origin)
