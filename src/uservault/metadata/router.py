from uservault.access.guard import requires, requires_self_or
from uservault.access.principal import Permission
from uservault.kit.schema import PathId
from uservault.metadata.models import Kind
from uservault.metadata.operations import Access, Operations
from uservault.web.routing import Router

router = Router(prefix="/api/users/{id:id}", tags=["metadata"])

READERS = [requires(Permission.USERS_READ)]
WRITERS = [requires(Permission.USERS_WRITE)]
SELF_OR_READERS = [requires_self_or(Permission.USERS_READ)]
SELF_OR_WRITERS = [requires_self_or(Permission.USERS_WRITE)]


async def _path_id(id: PathId) -> int:
    return id


profile = Operations(router, "profile", Kind.PROFILE, _path_id)
profile.add_read(
    Access("a user's profile. You need `users:read`, except for your own", SELF_OR_READERS)
)
profile.add_write(
    Access("a user's profile. You need `users:write`, except for your own", SELF_OR_WRITERS)
)

public = Operations(router, "public_metadata", Kind.PUBLIC, _path_id)
public.add_read(
    Access("a user's public metadata. You need `users:read`, except for your own", SELF_OR_READERS)
)
public.add_write(Access("a user's public metadata, which they can read", WRITERS))

admin = Operations(router, "admin_metadata", Kind.ADMIN, _path_id)
admin.add_read(
    Access("a user's metadata for administrators. It is part of the user's export", READERS)
)
admin.add_write(Access("a user's metadata for administrators", WRITERS))
