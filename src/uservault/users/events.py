from uservault.events.log import Event


class UserCreated(Event):
    type = "user.created"


class UserUpdated(Event):
    type = "user.updated"
    changed: list[str]


class UserDeleted(Event):
    type = "user.deleted"
