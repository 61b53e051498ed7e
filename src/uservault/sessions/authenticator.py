from sqlalchemy import func, select

from uservault.access.principal import Principal
from uservault.kit.batch import by_key
from uservault.kit.ports import Resources
from uservault.roles.models import Role, UserRole, permissions_of
from uservault.sessions.tokens import AccessTokens
from uservault.users.models import User

PERMISSIONS = (
    select(func.aggregate_strings(Role.permissions, " "))
    .join(UserRole, UserRole.role_id == Role.id)
    .where(UserRole.user_id == User.id)
    .scalar_subquery()
)
LIVE = select(User.id, PERMISSIONS.label("permissions")).where(User.is_active)


class TokenAuthenticator:
    """An access token is as good as its user, who is looked up on every request.

    One query answers all who ask at once.
    """

    def __init__(self, resources: Resources) -> None:
        self.tokens = resources.shared(AccessTokens)
        self.live = by_key(resources.database, LIVE)

    async def __call__(self, token: str) -> Principal | None:
        claims = self.tokens.read(token)
        user = await self.live.get(int(claims.sub)) if claims else None
        if user is None:
            return None
        return Principal(user_id=user.id, permissions=permissions_of(user.permissions))
