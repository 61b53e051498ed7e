"""Exporting, deleting and restoring users."""

from typing import Annotated, Any

from fastapi import Query
from fastapi.responses import StreamingResponse

from uservault.access.fresh import FreshLoginRequired
from uservault.access.guard import CurrentPrincipal, FreshPrincipal, requires, requires_self_or
from uservault.access.principal import Permission
from uservault.idempotency.endpoint import idempotent
from uservault.kit.problems import PreconditionFailed, problems
from uservault.kit.schema import Message, PathId
from uservault.privacy.deletion import Deletion
from uservault.privacy.export import Exporter
from uservault.privacy.export_schemas import Export
from uservault.roles.errors import LastAdministrator
from uservault.users.deleted import DeletedUserReader
from uservault.users.errors import DeletedUserNotFound, UserNotFound
from uservault.users.schemas import DeletedUserRead, UserRead
from uservault.web.etag import IfMatch, Tagged
from uservault.web.headers import headers
from uservault.web.pagination import Paged, PageQuery
from uservault.web.routing import Router
from uservault.wiring.scope import Inject, Shared

router = Router(prefix="/api")

DOWNLOAD: dict[str, Any] = {"model": Export} | headers("Content-Disposition")


@router.get(
    "/me/export",
    tags=["me"],
    responses=problems(UserNotFound, FreshLoginRequired) | {200: DOWNLOAD},
)
async def export_me(me: FreshPrincipal, exporter: Shared[Exporter]) -> StreamingResponse:
    """Download everything we store about you as a file. It contains no secrets."""
    body = await exporter.export(me.user_id)
    name = f'attachment; filename="user-{me.user_id}.json"'
    return StreamingResponse(
        body, media_type="application/json", headers={"Content-Disposition": name}
    )


@router.delete(
    "/me",
    tags=["me"],
    responses=problems(UserNotFound, LastAdministrator, PreconditionFailed, FreshLoginRequired),
)
async def delete_me(me: FreshPrincipal, check: IfMatch, deletion: Inject[Deletion]) -> Message:
    """Delete your own user. This ends all your sessions at once.

    An administrator can restore you for USERVAULT_ERASURE__GRACE_DAYS.
    """
    await deletion.delete(me.user_id, check, me)
    return Message(message="User deleted successfully")


@router.delete(
    "/users/{id:id}",
    tags=["users"],
    dependencies=[requires_self_or(Permission.USERS_DELETE, fresh=True)],
    responses=problems(UserNotFound, LastAdministrator, PreconditionFailed, FreshLoginRequired),
)
async def delete_user(
    id: PathId, check: IfMatch, me: CurrentPrincipal, deletion: Inject[Deletion]
) -> Message:
    """Delete a user. You need `users:delete`, except to delete yourself.

    The user's tokens stop working at once. An administrator can restore the user for
    USERVAULT_ERASURE__GRACE_DAYS.
    """
    await deletion.delete(id, check, me)
    return Message(message="User deleted successfully")


@router.get(
    "/deleted-users",
    tags=["users"],
    dependencies=[requires(Permission.USERS_READ, Permission.USERS_DELETE)],
)
async def list_deleted_users(
    query: Annotated[PageQuery, Query()],
    users: Shared[DeletedUserReader],
) -> Paged[DeletedUserRead]:
    """List the deleted users that you can still restore, sorted by id."""
    return await users.page(query)


@router.post(
    "/users/{id:id}/restore",
    tags=["users"],
    dependencies=[requires(Permission.USERS_DELETE)],
    responses=problems(DeletedUserNotFound),
)
@idempotent(about_user=True)
async def restore_user(
    id: PathId, me: CurrentPrincipal, deletion: Inject[Deletion]
) -> Tagged[UserRead]:
    """Restore a deleted user during the grace period. Their sessions stay ended."""
    return await deletion.restore(id, me)
