"""A user's own profile and public metadata."""

from uservault.access.guard import CurrentPrincipal
from uservault.metadata.models import Kind
from uservault.metadata.operations import Access, Operations
from uservault.web.routing import Router

router = Router(prefix="/api/me", tags=["me"])


async def _caller_id(me: CurrentPrincipal) -> int:
    return me.user_id


profile = Operations(router, "my_profile", Kind.PROFILE, _caller_id)
profile.add_read(Access("your profile"))
profile.add_write(Access("your profile"))

public = Operations(router, "my_public_metadata", Kind.PUBLIC, _caller_id)
public.add_read(Access("your public metadata"))
