from uservault.kit.permission_names import MAX_TOTAL
from uservault.kit.problems import Conflict, NotFound


class PermissionNotFound(NotFound):
    title = "No application has a permission with this name."


class PermissionTaken(Conflict):
    title = "A permission with this name is registered."


class TooManyPermissions(Conflict):
    title = f"Tokens have no room for more permissions: their names have {MAX_TOTAL} characters."


class PermissionInUse(Conflict):
    """`roles` names some of those that hold it."""

    title = "Roles hold this permission. Take it from them first."


class PermissionFromSettings(Conflict):
    title = "USERVAULT_PERMISSIONS lists this permission. Remove it there first."
