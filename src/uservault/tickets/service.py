from dataclasses import dataclass

from uservault.kit.crypto import digest, random_code, random_token
from uservault.kit.wiring import Inject, Now, Shared
from uservault.tickets.codes import Codes
from uservault.tickets.errors import TicketRefused
from uservault.tickets.models import Ticket
from uservault.tickets.purposes import OF_ADDRESS, Purpose
from uservault.tickets.reader import Presented, TicketReader, presented
from uservault.tickets.repository import TicketRepository

MOST_TRIES = 5  # of a code


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """What the letter says: a token of 256 bits, or a code of six digits for the signed-in user."""

    token: str
    code: str


class TicketService:
    """Proofs that one reads what is sent to an address. Each is good once, and for one purpose."""

    def __init__(
        self,
        tickets: Inject[TicketRepository],
        reader: Shared[TicketReader],
        codes: Shared[Codes],
        now: Now,
    ) -> None:
        self.tickets = tickets
        self.reader = reader
        self.codes = codes
        self.now = now

    async def issue(self, purpose: Purpose, user_id: int, address: str) -> Issued:
        """From now on the only one of its purpose that is good for the user."""
        await self.void(user_id, purpose)
        issued = Issued(random_token(), random_code())
        token_hash, now = digest(issued.token), self.now()
        ticket = Ticket(
            purpose=purpose,
            user_id=user_id,
            address=address,
            token_hash=token_hash,
            code_hash=self.codes.digest(token_hash, issued.code) if purpose in OF_ADDRESS else None,
            created_at=now,
            expires_at=now + purpose.lifetime,
        )
        await self.tickets.save(ticket)
        return issued

    async def find(self, token: str, *purposes: Purpose) -> Presented:
        """Raises TicketRefused."""
        if ticket := await self.reader.live(token, purposes):
            return ticket
        raise TicketRefused

    async def find_by_code(self, user_id: int, code: str) -> Presented:
        """Of the last letter to an address of theirs; after five tries only its link is good.

        Raises TicketRefused.
        """
        theirs = (Ticket.user_id == user_id) & Ticket.purpose.in_(OF_ADDRESS)
        live = theirs & Ticket.used_at.is_(None) & (Ticket.expires_at > self.now())
        ticket = await self.tickets.newest(live)
        if ticket is None:
            raise TicketRefused
        left = (Ticket.id == ticket.id) & (Ticket.tries < MOST_TRIES)
        counted = await self.tickets.count_try(left)
        if not counted or not self.codes.is_right(ticket.token_hash, code, ticket.code_hash or ""):
            raise TicketRefused
        return presented(ticket)

    async def use(self, ticket: Presented) -> None:
        """Of many at once, one. Raises TicketRefused."""
        live = (Ticket.id == ticket.id) & (Ticket.expires_at > self.now())
        if not await self.tickets.spend(live, self.now()):
            raise TicketRefused

    async def void(self, user_id: int, *purposes: Purpose) -> None:
        theirs = (Ticket.user_id == user_id) & Ticket.purpose.in_(purposes or tuple(Purpose))
        await self.tickets.spend(theirs, self.now())
