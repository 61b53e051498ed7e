import logging

from uservault.db.errors import DatabaseUnavailable
from uservault.permissions.errors import TooManyPermissions
from uservault.permissions.reader import PermissionReader
from uservault.permissions.service import PermissionService
from uservault.settings.loading import BadSettings
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

log = logging.getLogger(__name__)


async def register_permissions(resources: Resources) -> None:
    """At start: registers USERVAULT_PERMISSIONS. Raises BadSettings if they are too many."""
    wanted = set(resources.settings.permissions)
    if not wanted:
        return
    try:
        known = {each.name for each in await resources.shared(PermissionReader).all()}
        if wanted - known:
            async with scope(resources) as made:
                await made.get(PermissionService).register_all(wanted)
    except TooManyPermissions as problem:
        raise BadSettings(f"USERVAULT_PERMISSIONS: {problem.title}") from None
    except DatabaseUnavailable:
        log.warning("cannot register USERVAULT_PERMISSIONS (database unavailable): start again")
