from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select

from uservault.db.batch import AnySelect, by_key
from uservault.db.database import AnyRow
from uservault.sessions.device import UNKNOWN
from uservault.sessions.lifetime import SessionLifetime
from uservault.sessions.models import Session
from uservault.sessions.schemas import SessionRead
from uservault.sessions.session_grant import LiveSession
from uservault.users.models import NOT_DELETED, User
from uservault.users.status import is_active
from uservault.wiring.ports import Resources

REFRESHING = (
    select(
        Session.id,
        Session.user_id,
        Session.key_sealed,
        Session.counter,
        Session.refreshed_at,
        Session.authenticated_at,
        Session.methods,
        Session.last_seen_at,
        Session.expires_at,
        User.is_active,
        User.inactive_until,
    )
    .join(User, User.id == Session.user_id)
    .where(Session.revoked_at.is_(None), NOT_DELETED)
)

UNREVOKED = (
    select(Session.user_id, func.count().label("sessions"))
    .where(Session.revoked_at.is_(None))
    .group_by(Session.user_id)
)


def of_user(user_id: int) -> AnySelect:
    return select(Session.id).where(Session.user_id == user_id)


def from_device(user_id: int, device: str, address: str | None) -> AnySelect:
    return of_user(user_id).where(Session.device == device, Session.address == address)


MOST_SHOWN = 100  # of a user's sessions


class SessionReader:
    """What can be asked of sessions."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.lifetime = resources.shared(SessionLifetime)
        self.now = resources.clock
        self.refreshing = by_key(resources.database, REFRESHING)
        self.unrevoked = by_key(resources.database, UNREVOKED)

    async def to_refresh(self, id: int) -> AnyRow | None:
        """A live session with what its refresh tokens hang on."""
        row, now = await self.refreshing.get(id), self.now()
        live = row is not None and self.lifetime.is_live(row, now) and is_active(row, now)
        return row if live else None

    async def live(self, id: int) -> LiveSession | None:
        """A live session as tokens describe it."""
        row = await self.to_refresh(id)
        if row is None:
            return None
        return LiveSession(
            session_id=row.id,
            user_id=row.user_id,
            seconds_left=int((row.expires_at - self.now()).total_seconds()),
            authenticated_at=row.authenticated_at,
            methods=tuple(row.methods.split()),
        )

    async def knows_device(self, user_id: int, device: str, address: str | None) -> bool:
        """Whether the user has or had a session from a device and address like these."""
        return bool(await self.database.rows(from_device(user_id, device, address).limit(1)))

    async def has_any(self, user_id: int) -> bool:
        """Whether the user has or had a session."""
        return bool(await self.database.rows(of_user(user_id).limit(1)))

    async def count_unrevoked(self, user_id: int) -> int:
        """Those that have expired or idled included, so that an index alone tells."""
        row = await self.unrevoked.get(user_id)
        return row.sessions if row else 0

    async def of_user(self, user_id: int, current: int | None = None) -> Sequence[SessionRead]:
        """The newest of the live ones; `current` is the one that asks."""
        columns = [getattr(Session, name) for name in COLUMNS]
        found = (
            select(*columns)
            .where(Session.user_id == bindparam("user_id"), self.lifetime.condition(self.now()))
            .order_by(Session.id.desc())
            .limit(MOST_SHOWN)
        )
        rows = await self.database.rows(found, {"user_id": user_id})
        return [_shown(row, current) for row in rows]


COLUMNS = ("id", "created_at", "last_seen_at", "expires_at", "address", "user_agent", "device")


def _shown(row: AnyRow, current: int | None) -> SessionRead:
    expires: datetime = row.expires_at
    return SessionRead(
        id=row.id,
        label=row.device or UNKNOWN,
        address=row.address,
        user_agent=row.user_agent,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=expires,
        current=row.id == current,
    )
