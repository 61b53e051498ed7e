import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from uservault.db.base import NOBODY
from uservault.kit.crypto import Sealer, digest, random_token
from uservault.one_time_tokens.models import OneTimeToken
from uservault.one_time_tokens.purposes import Purpose
from uservault.users.models import NOT_DELETED, User
from uservault.wiring.ports import Resources

FORM = re.compile(r"(0|[1-9][0-9]{0,17})-[A-Za-z0-9_-]{43}")
COLUMNS = ("id", "user_id", "address", "purpose", "token_hash", "code_hash", "sealed")
# Whatever evicts a thief raises the epoch of the user, and so voids what was issued before (I4).
OF_THIS_EPOCH: ColumnElement[bool] = or_(
    OneTimeToken.user_id == NOBODY,
    select(User.id)
    .where(and_(User.id == OneTimeToken.user_id, User.credential_epoch == OneTimeToken.epoch))
    .where(NOT_DELETED)
    .exists(),
)
VALID = select(*(getattr(OneTimeToken, name) for name in COLUMNS)).where(
    OneTimeToken.used_at.is_(None), OF_THIS_EPOCH
)


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A one-time token that was valid when it was read. Its use tells whether it still is."""

    id: int
    purpose: Purpose
    owner: int  # or NOBODY
    sent_to: str | None
    data: Mapping[str, Any] = field(repr=False)

    @property
    def user_id(self) -> int:
        """Raises LookupError if it has no user."""
        if self.owner == NOBODY:
            raise LookupError(f"{self.purpose} has no user")
        return self.owner

    @property
    def address(self) -> str:
        """Raises LookupError if it was sent to no address, as a pending login."""
        if self.sent_to is None:
            raise LookupError(f"{self.purpose} has no address")
        return self.sent_to


class OneTimeTokenReader:
    """Finds the one-time token that a text is: one query, and no lock."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.sealer = resources.sealer
        self.now = resources.clock

    async def live(self, token: str, purposes: Sequence[Purpose]) -> LiveToken | None:
        """None if it is unknown, used, void, expired, or for another purpose."""
        found = self.valid(*purposes).where(_is(token))
        rows = await self.database.rows(found)
        return live_token(rows[0], self.sealer) if rows else None

    def valid(self, *purposes: Purpose) -> Select[*tuple[Any, ...]]:
        """The one-time tokens for these purposes that can be used now."""
        now = self.now()
        return VALID.where(OneTimeToken.purpose.in_(purposes), OneTimeToken.expires_at > now)


def token_of(user_id: int) -> str:
    """A new one that names its user, in URL-safe characters."""
    return f"{user_id}-{random_token()}"


def _is(token: str) -> ColumnElement[bool]:
    same = OneTimeToken.token_hash == digest(token)
    named = FORM.fullmatch(token)  # those that were issued before 0016 name no user
    return same & (OneTimeToken.user_id == int(named[1])) if named else same


def live_token(row: Any, sealer: Sealer) -> LiveToken:
    """Raises Unsealable."""
    opened = sealer.open(row.sealed, sealed_for(row.token_hash)) if row.sealed else b"{}"
    return LiveToken(row.id, Purpose(row.purpose), row.user_id, row.address, json.loads(opened))


def sealed_for(token_hash: str) -> str:
    """The purpose that the data of a one-time token is sealed for: that token alone."""
    return f"one-time-token/{token_hash}"
