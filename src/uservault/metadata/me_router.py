"""What others keep on oneself, and what one says of oneself."""

from fastapi import APIRouter

from uservault.access.guard import CurrentPrincipal
from uservault.kit.problems import problems
from uservault.metadata.errors import MetadataTooLarge
from uservault.metadata.models import Kind
from uservault.metadata.reader import MetadataReader
from uservault.metadata.schemas import Document, Patch, Read
from uservault.metadata.service import MetadataService
from uservault.users.errors import UserNotFound
from uservault.web.route import Route
from uservault.wiring.scope import Inject, Shared

router = APIRouter(prefix="/api/me", tags=["me"], route_class=Route)

CHANGED = problems(UserNotFound, MetadataTooLarge)


@router.get("/profile", responses=problems(UserNotFound))
async def get_my_profile(me: CurrentPrincipal, metadata: Shared[MetadataReader]) -> Read:
    """One's own profile."""
    return await metadata.get(me.user_id, Kind.PROFILE)


@router.put("/profile", responses=CHANGED)
async def set_my_profile(
    me: CurrentPrincipal, data: Document, metadata: Inject[MetadataService]
) -> Read:
    """Put another profile in the place of one's own."""
    return await metadata.replace(me.user_id, Kind.PROFILE, data, me)


@router.patch("/profile", responses=CHANGED)
async def patch_my_profile(
    me: CurrentPrincipal, data: Patch, metadata: Inject[MetadataService]
) -> Read:
    """Merge into one's own profile (RFC 7396)."""
    return await metadata.merge(me.user_id, Kind.PROFILE, data, me)


@router.get("/metadata-public", responses=problems(UserNotFound))
async def get_my_public_metadata(me: CurrentPrincipal, metadata: Shared[MetadataReader]) -> Read:
    """What is kept on oneself for oneself to see."""
    return await metadata.get(me.user_id, Kind.PUBLIC)
