"""Whether a grant counts is derived from the time when it is read: no job ends a right."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import and_, bindparam, or_, select

from uservault.db.base import UtcDateTime
from uservault.roles.models import Role, UserRole
from uservault.roles.schemas import GrantRead, UserRolesRead

# Conditions on UserRole, with the parameter `now`.
NOW = bindparam("now", type_=UtcDateTime)
STARTED = or_(UserRole.starts_at.is_(None), UserRole.starts_at <= NOW)
ENDLESS = UserRole.expires_at.is_(None)
UNEXPIRED = or_(ENDLESS, UserRole.expires_at > NOW)
EFFECTIVE = and_(STARTED, UNEXPIRED)
LASTING = and_(STARTED, ENDLESS)

GRANTS = (
    select(
        Role.name,
        Role.permissions,
        UserRole.starts_at,
        UserRole.expires_at,
        UserRole.reason,
    )
    .join(Role, Role.id == UserRole.role_id)
    .where(UserRole.user_id == bindparam("user_id"), UNEXPIRED)
)


@dataclass(frozen=True, slots=True)
class Terms:
    """When a grant counts, and why it was made. Without times, it counts at once and for ever."""

    starts_at: datetime | None = None
    expires_at: datetime | None = None
    reason: str | None = None

    @classmethod
    def of(cls, row: Any) -> Self:
        """`row` has these three columns or fields."""
        return cls(row.starts_at, row.expires_at, row.reason)

    def has_started(self, now: datetime) -> bool:
        return self.starts_at is None or self.starts_at <= now

    def are_over(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now

    def can_be_meant(self, now: datetime) -> bool:
        """Whether they end in the future, and after they begin."""
        begins = max(now, self.starts_at or now)
        return self.expires_at is None or self.expires_at > begins

    def last(self, now: datetime) -> bool:
        """Whether they count now and for ever."""
        return self.expires_at is None and self.has_started(now)


def to_read(rows: Iterable[Any], now: datetime) -> UserRolesRead:
    """`rows` are of GRANTS."""
    grants = sorted(rows, key=lambda row: row.name)
    effective = [row for row in grants if Terms.of(row).has_started(now)]
    return UserRolesRead(
        roles=[row.name for row in effective],
        permissions=sorted({each for row in effective for each in row.permissions}),
        grants=[_to_read(row, now) for row in grants],
    )


def _to_read(row: Any, now: datetime) -> GrantRead:
    return GrantRead(
        role=row.name,
        starts_at=row.starts_at,
        expires_at=row.expires_at,
        reason=row.reason,
        effective=Terms.of(row).has_started(now),
    )
