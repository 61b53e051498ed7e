from datetime import datetime

from uservault.events.log import Event
from uservault.kit.schema import Schema


class UserState(Schema):
    """What decides whether a user may log in. It contains nothing personal."""

    is_active: bool
    inactive_until: datetime | None
    email_verified: bool
    deleted: bool


class UserCreated(Event):
    type = "user.created"
    after: UserState


class UserUpdated(Event):
    """`changed` has the names of the fields, never their values."""

    type = "user.updated"
    changed: list[str]
    before: UserState
    after: UserState


class EmailVerified(Event):
    """Without states, it is a further address, on which none of them depends."""

    type = "email.verified"
    before: UserState | None = None
    after: UserState | None = None


class EmailVerificationRemoved(Event):
    """An administrator marked the primary address as not verified."""

    type = "email.verification_removed"
    before: UserState
    after: UserState


class EmailPrimaryChanged(Event):
    """A further address of the user is the primary one now."""

    type = "email.primary_changed"


class UserDeleted(Event):
    type = "user.deleted"
    before: UserState
    after: UserState


class UserRestored(Event):
    type = "user.restored"
    before: UserState
    after: UserState


class UserPurged(Event):
    """The user's roles end with the user."""

    type = "user.purged"
    before: UserState


class UserDeactivated(Event):
    type = "user.deactivated"
    until: datetime | None
    before: UserState
    after: UserState


class UserActivated(Event):
    type = "user.activated"
    before: UserState
    after: UserState
