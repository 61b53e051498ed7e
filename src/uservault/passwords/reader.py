from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from uservault.db.batch import AnySelect, by_key
from uservault.db.database import AnyRow
from uservault.kit.identity import login_key
from uservault.passwords.models import Password
from uservault.users.identifiers import Identifier, Kind
from uservault.users.models import NOT_DELETED, User
from uservault.users.status import is_active
from uservault.wiring.ports import Resources


def _credentials(key: Any) -> AnySelect:
    columns = (
        key,
        User.id,
        User.is_active,
        User.inactive_until,
        User.inactive_reason,
        User.email_verified,
        Password.hash,
        Password.must_change,
    )
    found = select(*columns).select_from(User).join(Password, Password.user_id == User.id)
    return found.where(NOT_DELETED)


def _identified(kind: Kind) -> AnySelect:
    found = _credentials(Identifier.key).join(Identifier, Identifier.user_id == User.id)
    return found.where(Identifier.kind == kind)


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """A user's password hash, and whether they may log in with it."""

    user_id: int
    hash: str
    is_active: bool
    inactive_until: datetime | None
    inactive_reason: str | None
    email_verified: bool
    must_change: bool


class CredentialReader:
    """Finds credentials by username, e-mail or id, without holding a database connection."""

    def __init__(self, resources: Resources) -> None:
        self.now = resources.clock
        self.by_username = by_key(resources.database, _identified(Kind.USERNAME))
        self.by_email = by_key(resources.database, _identified(Kind.EMAIL))
        self.by_id = by_key(resources.database, _credentials(User.id))

    async def find(self, name: str) -> Credential | None:
        """`name` is a username or an e-mail address."""
        if "\0" in name:  # no name contains it, and PostgreSQL fails on it
            return None
        key, is_email = login_key(name)
        row = await (self.by_email if is_email else self.by_username).get(key)
        return self._credential(row)

    async def of(self, user_id: int) -> Credential | None:
        return self._credential(await self.by_id.get(user_id))

    def _credential(self, row: AnyRow | None) -> Credential | None:
        if row is None:
            return None
        return Credential(
            user_id=row.id,
            hash=row.hash,
            is_active=is_active(row, self.now()),
            inactive_until=row.inactive_until,
            inactive_reason=row.inactive_reason,
            email_verified=row.email_verified,
            must_change=row.must_change,
        )
