from fastapi import APIRouter

from uservault.access.guard import CurrentPrincipal, requires, requires_self_or
from uservault.access.principal import Permission
from uservault.kit.problems import problems
from uservault.kit.schema import PathId
from uservault.metadata.errors import MetadataTooLarge
from uservault.metadata.models import Kind
from uservault.metadata.reader import MetadataReader
from uservault.metadata.schemas import Document, Patch, Read
from uservault.metadata.service import MetadataService
from uservault.users.errors import UserNotFound
from uservault.web.route import Route
from uservault.wiring.scope import Inject, Shared

router = APIRouter(prefix="/api/users/{id:id}", tags=["metadata"], route_class=Route)

SELF_OR_READERS = [requires_self_or(Permission.USERS_READ)]
SELF_OR_WRITERS = [requires_self_or(Permission.USERS_WRITE)]
READERS = [requires(Permission.USERS_READ)]
WRITERS = [requires(Permission.USERS_WRITE)]
FOUND = problems(UserNotFound)
CHANGED = problems(UserNotFound, MetadataTooLarge)


@router.get("/profile", dependencies=SELF_OR_READERS, responses=FOUND)
async def get_profile(id: PathId, metadata: Shared[MetadataReader]) -> Read:
    """A user's profile: one's own, or anybody's with `users:read`."""
    return await metadata.get(id, Kind.PROFILE)


@router.put("/profile", dependencies=SELF_OR_WRITERS, responses=CHANGED)
async def set_profile(
    id: PathId, data: Document, me: CurrentPrincipal, metadata: Inject[MetadataService]
) -> Read:
    """Put another profile in the place of a user's: one's own, or anybody's with `users:write`."""
    return await metadata.replace(id, Kind.PROFILE, data, me)


@router.patch("/profile", dependencies=SELF_OR_WRITERS, responses=CHANGED)
async def patch_profile(
    id: PathId, data: Patch, me: CurrentPrincipal, metadata: Inject[MetadataService]
) -> Read:
    """Merge into a user's profile (RFC 7396): one's own, or anybody's with `users:write`."""
    return await metadata.merge(id, Kind.PROFILE, data, me)


@router.get("/metadata-public", dependencies=SELF_OR_READERS, responses=FOUND)
async def get_public_metadata(id: PathId, metadata: Shared[MetadataReader]) -> Read:
    """What is kept on a user and they may see: of oneself, or of anybody with `users:read`."""
    return await metadata.get(id, Kind.PUBLIC)


@router.put("/metadata-public", dependencies=WRITERS, responses=CHANGED)
async def set_public_metadata(
    id: PathId, data: Document, me: CurrentPrincipal, metadata: Inject[MetadataService]
) -> Read:
    """Replace what is kept on a user and they may see."""
    return await metadata.replace(id, Kind.PUBLIC, data, me)


@router.patch("/metadata-public", dependencies=WRITERS, responses=CHANGED)
async def patch_public_metadata(
    id: PathId, data: Patch, me: CurrentPrincipal, metadata: Inject[MetadataService]
) -> Read:
    """Merge into what is kept on a user and they may see (RFC 7396)."""
    return await metadata.merge(id, Kind.PUBLIC, data, me)


@router.get("/metadata-admin", dependencies=READERS, responses=FOUND)
async def get_admin_metadata(id: PathId, metadata: Shared[MetadataReader]) -> Read:
    """What is kept on a user for administrators to see. It is part of the user's export."""
    return await metadata.get(id, Kind.ADMIN)


@router.put("/metadata-admin", dependencies=WRITERS, responses=CHANGED)
async def set_admin_metadata(
    id: PathId, data: Document, me: CurrentPrincipal, metadata: Inject[MetadataService]
) -> Read:
    """Replace what is kept on a user for administrators to see."""
    return await metadata.replace(id, Kind.ADMIN, data, me)


@router.patch("/metadata-admin", dependencies=WRITERS, responses=CHANGED)
async def patch_admin_metadata(
    id: PathId, data: Patch, me: CurrentPrincipal, metadata: Inject[MetadataService]
) -> Read:
    """Merge into what is kept on a user for administrators to see (RFC 7396)."""
    return await metadata.merge(id, Kind.ADMIN, data, me)
