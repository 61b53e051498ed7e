from uservault.events.log import Event


class RoleGranted(Event):
    type = "role.granted"
    role: str
