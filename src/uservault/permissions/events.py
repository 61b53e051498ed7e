from uservault.events.log import Event


class PermissionRegistered(Event):
    """By a request, or at the start from USERVAULT_PERMISSIONS."""

    type = "permission.registered"
    permission: str


class PermissionDeleted(Event):
    type = "permission.deleted"
    permission: str
