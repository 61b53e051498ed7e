from uservault.events.log import Event


class RoleCreated(Event):
    type = "role.created"
    role: str
    permissions: list[str]


class RoleUpdated(Event):
    """`role` is the name before the change, `permissions` are those after it."""

    type = "role.updated"
    role: str
    changed: list[str]
    permissions: list[str]


class RoleDeleted(Event):
    """`holders` is the number of users who had the role."""

    type = "role.deleted"
    role: str
    holders: int


class RoleGranted(Event):
    type = "role.granted"
    role: str


class RoleRevoked(Event):
    type = "role.revoked"
    role: str
