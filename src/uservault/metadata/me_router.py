"""What others keep on oneself, and what one says of oneself."""

from fastapi import APIRouter

from uservault.access.guard import CurrentPrincipal
from uservault.metadata.models import Kind
from uservault.metadata.operations import Access, Operations
from uservault.web.route import Route

router = APIRouter(prefix="/api/me", tags=["me"], route_class=Route)


async def _of_caller(me: CurrentPrincipal) -> int:
    return me.user_id


profile = Operations(router, "my_profile", Kind.PROFILE, _of_caller)
profile.add_reading(Access("your profile"))
profile.add_writing(Access("your profile"))

public = Operations(router, "my_public_metadata", Kind.PUBLIC, _of_caller)
public.add_reading(Access("your public metadata"))
