from sqlalchemy import func, select

from uservault.access.principal import Principal
from uservault.db.batch import by_key
from uservault.roles.models import Role, UserRole, permissions_of
from uservault.sessions.last_seen import LastSeen
from uservault.sessions.lifetime import SessionLifetime
from uservault.sessions.models import Session
from uservault.sessions.tokens import AccessTokens
from uservault.users.models import NOT_DELETED, User
from uservault.users.status import is_active
from uservault.wiring.ports import Resources

PERMISSIONS = (
    select(func.aggregate_strings(Role.permissions, " "))
    .join(UserRole, UserRole.role_id == Role.id)
    .where(UserRole.user_id == User.id)
    .scalar_subquery()
)
LIVE = (
    select(
        Session.id,
        Session.user_id,
        Session.last_seen_at,
        Session.expires_at,
        User.is_active,
        User.inactive_until,
        PERMISSIONS.label("permissions"),
    )
    .join(User, User.id == Session.user_id)
    .where(Session.revoked_at.is_(None), NOT_DELETED)
)


class SessionAuthenticator:
    """An access token is as good as its session, which is looked up on every request.

    One query answers all who ask at once.
    """

    def __init__(self, resources: Resources) -> None:
        self.tokens = resources.shared(AccessTokens)
        self.presence = resources.shared(LastSeen)
        self.lifetime = resources.shared(SessionLifetime)
        self.now = resources.clock
        self.sessions = by_key(resources.database, LIVE)

    async def __call__(self, token: str) -> Principal | None:
        if (claims := await self.tokens.read(token)) is None:
            return None
        row, now = await self.sessions.get(int(claims.sid)), self.now()
        if row is None or str(row.user_id) != claims.sub:
            return None
        if not self.lifetime.is_live(row, now) or not is_active(row, now):
            return None
        self.presence.note(row.id, row.last_seen_at)
        permissions = permissions_of(row.permissions)
        return Principal(user_id=row.user_id, session_id=row.id, permissions=permissions)
