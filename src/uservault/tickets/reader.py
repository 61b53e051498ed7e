from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from uservault.kit.crypto import digest
from uservault.kit.ports import Resources
from uservault.tickets.models import Ticket
from uservault.tickets.purposes import Purpose


@dataclass(frozen=True, slots=True)
class Presented:
    """A ticket that was good when it was looked at; whether it still is, its use will tell."""

    id: int
    user_id: int
    address: str
    purpose: Purpose


class TicketReader:
    """Which ticket a token is. It costs a look, whoever asks, and no lock."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock

    async def live(self, token: str, purposes: Sequence[Purpose]) -> Presented | None:
        """None if it is unknown, spent, expired, or for something else."""
        columns = (Ticket.id, Ticket.user_id, Ticket.address, Ticket.purpose)
        found = select(*columns).where(
            Ticket.token_hash == digest(token),
            Ticket.purpose.in_(purposes),
            Ticket.used_at.is_(None),
            Ticket.expires_at > self.now(),
        )
        rows = await self.database.rows(found)
        return presented(rows[0]) if rows else None


def presented(row: Any) -> Presented:
    return Presented(row.id, row.user_id, row.address, Purpose(row.purpose))
