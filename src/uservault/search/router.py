"""Finding users."""

from typing import Annotated

from fastapi import Header, Query

from uservault.access.guard import requires
from uservault.access.principal import Permission
from uservault.search.reader import UserSearch
from uservault.search.schemas import UserQuery
from uservault.users.schemas import UserRead
from uservault.web.pagination import Counted
from uservault.web.routing import Router
from uservault.wiring.scope import Shared

router = Router(prefix="/api/users", tags=["users"])

COUNT = "count=exact"


@router.get("", dependencies=[requires(Permission.USERS_READ)])
async def list_users(
    query: Annotated[UserQuery, Query()],
    users: Shared[UserSearch],
    prefer: Annotated[
        str | None, Header(description="`count=exact` counts all that is found (RFC 7240).")
    ] = None,
) -> Counted[UserRead]:
    """Find users. All filters that you send must hold. The `Link` header leads to the next page."""
    preferred = (prefer or "").lower().split(",")
    return await users.page(query, count=COUNT in map(str.strip, preferred))
