from datetime import datetime

from uservault.events.log import Event


class UserCreated(Event):
    type = "user.created"


class UserUpdated(Event):
    type = "user.updated"
    changed: list[str]


class EmailVerified(Event):
    type = "email.verified"


class EmailPrimaryChanged(Event):
    """A further address of the user is the primary one now."""

    type = "email.primary_changed"


class UserDeleted(Event):
    type = "user.deleted"


class UserRestored(Event):
    type = "user.restored"


class UserPurged(Event):
    type = "user.purged"


class UserDeactivated(Event):
    type = "user.deactivated"
    until: datetime | None


class UserActivated(Event):
    type = "user.activated"
