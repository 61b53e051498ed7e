from contextlib import suppress

from sqlalchemy import func, select

from uservault.access.principal import Credential, CredentialKind, Principal, Subject, SubjectKind
from uservault.db.batch import by_key
from uservault.db.database import AnyRow
from uservault.db.errors import DatabaseUnavailable
from uservault.roles.grants import EFFECTIVE
from uservault.roles.models import Role, UserRole, applications_of, permissions_of
from uservault.sessions.last_seen import LastSeen
from uservault.sessions.lifetime import SessionLifetime
from uservault.sessions.models import Session
from uservault.sessions.tokens import AccessTokens
from uservault.users.models import NOT_DELETED, User
from uservault.users.reader import USER_COLUMNS
from uservault.users.status import is_active
from uservault.wiring.ports import Resources

PERMISSIONS = (
    select(func.aggregate_strings(Role.permissions, " "))
    .join(UserRole, UserRole.role_id == Role.id)
    .where(UserRole.user_id == User.id, EFFECTIVE)
    .scalar_subquery()
)
LIVE = (
    select(
        Session.id.label("session_id"),
        *USER_COLUMNS,
        Session.last_seen_at,
        Session.expires_at,
        Session.authenticated_at,
        Session.methods,
        PERMISSIONS.label("permissions"),
    )
    .join(User, User.id == Session.user_id)
    .where(Session.revoked_at.is_(None), NOT_DELETED)
)


OWN = slice(1, 1 + len(USER_COLUMNS))


class SessionAuthenticator:
    """Accepts an access token while its session is live, which is read on every request.

    One query answers all concurrent requests. It reads all that callers see of themselves, too,
    so that nothing else need be read to show it.
    """

    def __init__(self, resources: Resources) -> None:
        self.tokens = resources.shared(AccessTokens)
        self.last_seen = resources.shared(LastSeen)
        self.lifetime = resources.shared(SessionLifetime)
        self.now = resources.clock
        self.sessions = by_key(resources.database, LIVE, now=resources.clock)

    async def prepare(self) -> None:
        """Compile the query, for which the first request would have to wait."""
        with suppress(DatabaseUnavailable):  # the service starts without its database, too
            await self.sessions.get(0)

    async def __call__(self, token: str) -> Principal | None:
        if (claims := await self.tokens.read(token)) is None:
            return None
        row = await self.sessions.get(int(claims.sid))
        if row is None or str(row.id) != claims.sub:
            return None
        return self._admitted(row)

    async def again(self, principal: Principal) -> Principal | None:
        """The caller as they are now; None if they are no longer admitted. For requests that last:
        the session counts, and not the token, which expires meanwhile."""
        if principal.session_id is None:
            return None
        row = await self.sessions.get(principal.session_id)
        return self._admitted(row) if row else None

    def _admitted(self, row: AnyRow) -> Principal | None:
        now = self.now()
        if not self.lifetime.is_live(row, now) or not is_active(row, now):
            return None
        self.last_seen.note(row.session_id, row.last_seen_at)
        return Principal(
            subject=Subject(SubjectKind.USER, row.id),
            credential=Credential(CredentialKind.SESSION, row.session_id),
            permissions=permissions_of(row.permissions),
            applications=applications_of(row.permissions),
            authenticated_at=row.authenticated_at,
            methods=tuple(row.methods.split()),
            user=row[OWN],
        )
