from fastapi import APIRouter

from uservault.access.guard import requires, requires_self_or
from uservault.access.principal import Permission
from uservault.kit.schema import PathId
from uservault.metadata.models import Kind
from uservault.metadata.operations import Access, Operations
from uservault.web.route import Route

router = APIRouter(prefix="/api/users/{id:id}", tags=["metadata"], route_class=Route)

READERS = [requires(Permission.USERS_READ)]
WRITERS = [requires(Permission.USERS_WRITE)]
SELF_OR_READERS = [requires_self_or(Permission.USERS_READ)]
SELF_OR_WRITERS = [requires_self_or(Permission.USERS_WRITE)]


async def _of_path(id: PathId) -> int:
    return id


profile = Operations(router, "profile", Kind.PROFILE, _of_path)
profile.add_reading(
    Access("a user's profile: your own, or anybody's with `users:read`", SELF_OR_READERS)
)
profile.add_writing(
    Access("a user's profile: your own, or anybody's with `users:write`", SELF_OR_WRITERS)
)

public = Operations(router, "public_metadata", Kind.PUBLIC, _of_path)
public.add_reading(
    Access("a user's public metadata: your own, or anybody's with `users:read`", SELF_OR_READERS)
)
public.add_writing(Access("a user's public metadata, which they can read", WRITERS))

admin = Operations(router, "admin_metadata", Kind.ADMIN, _of_path)
admin.add_reading(
    Access("a user's metadata for administrators. It is part of the user's export", READERS)
)
admin.add_writing(Access("a user's metadata for administrators", WRITERS))
