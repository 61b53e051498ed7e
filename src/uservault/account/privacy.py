"""What is held on people: taking it along, and what becomes of it after a deletion."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from uservault.access.guard import CurrentPrincipal, requires
from uservault.access.principal import Permission
from uservault.account.erasure import Erasure
from uservault.account.export import Exporter
from uservault.account.export_schemas import Export
from uservault.kit.etag import TAGGED, etag
from uservault.kit.headers import headers
from uservault.kit.page import LINKED, PageQuery
from uservault.kit.problems import problems
from uservault.kit.route import Route
from uservault.kit.schema import PathId
from uservault.kit.wiring import Inject, Shared
from uservault.users.deleted import DeletedUserReader
from uservault.users.errors import DeletedUserNotFound, UserNotFound
from uservault.users.schemas import DeletedUserRead, UserRead

router = APIRouter(prefix="/api", route_class=Route)

DOWNLOAD: dict[str, Any] = {"model": Export} | headers("Content-Disposition")


@router.get("/me/export", tags=["me"], responses=problems(UserNotFound) | {200: DOWNLOAD})
async def export_me(me: CurrentPrincipal, exporter: Shared[Exporter]) -> StreamingResponse:
    """Everything that is held on oneself, as a file; no secret is in it."""
    body = await exporter.export(me.user_id)
    name = f'attachment; filename="user-{me.user_id}.json"'
    return StreamingResponse(
        body, media_type="application/json", headers={"Content-Disposition": name}
    )


@router.get(
    "/deleted-users",
    tags=["users"],
    dependencies=[requires(Permission.USERS_READ, Permission.USERS_DELETE)],
    responses={200: LINKED},
)
async def list_deleted_users(
    query: Annotated[PageQuery, Query()],
    users: Shared[DeletedUserReader],
    request: Request,
    response: Response,
) -> Sequence[DeletedUserRead]:
    """A page of the users that can still be restored, in the order of their ids."""
    page = await users.page(query)
    return page.link(request, response)


@router.post(
    "/users/{id:id}/restore",
    tags=["users"],
    dependencies=[requires(Permission.USERS_DELETE)],
    responses=problems(DeletedUserNotFound) | {200: TAGGED},
)
async def restore_user(
    id: PathId, me: CurrentPrincipal, erasure: Inject[Erasure], response: Response
) -> UserRead:
    """Take a deletion back, while its grace lasts. The user's sessions stay ended."""
    user = await erasure.restore(id, me)
    response.headers["ETag"] = etag(user.version)
    return user
