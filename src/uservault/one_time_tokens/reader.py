from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from uservault.kit.crypto import digest
from uservault.one_time_tokens.models import OneTimeToken
from uservault.one_time_tokens.purposes import Purpose
from uservault.wiring.ports import Resources


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A one-time token that was valid when it was read. Its use tells whether it still is."""

    id: int
    user_id: int
    address: str
    purpose: Purpose


class OneTimeTokenReader:
    """Finds the one-time token that a text is: one query, and no lock."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock

    async def live(self, token: str, purposes: Sequence[Purpose]) -> LiveToken | None:
        """None if it is unknown, spent, expired, or for something else."""
        columns = (
            OneTimeToken.id,
            OneTimeToken.user_id,
            OneTimeToken.address,
            OneTimeToken.purpose,
        )
        found = select(*columns).where(
            OneTimeToken.token_hash == digest(token),
            OneTimeToken.purpose.in_(purposes),
            OneTimeToken.used_at.is_(None),
            OneTimeToken.expires_at > self.now(),
        )
        rows = await self.database.rows(found)
        return live_token(rows[0]) if rows else None


def live_token(row: Any) -> LiveToken:
    return LiveToken(row.id, row.user_id, row.address, Purpose(row.purpose))
