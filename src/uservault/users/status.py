"""Whether a user is active: derived, so that a deactivation ends by itself when its time is up."""

from datetime import datetime
from typing import Any

from uservault.users.schemas import UserRead


def is_active(row: Any, now: datetime) -> bool:
    """Of a User, or of a row with its columns `is_active` and `inactive_until`."""
    return bool(row.is_active or (row.inactive_until is not None and row.inactive_until <= now))


def to_read(row: Any, now: datetime) -> UserRead:
    """A user as those who may see them do, now."""
    return lapse(UserRead.model_validate(row), now)


def lapse(user: UserRead, now: datetime) -> UserRead:
    if user.is_active or not is_active(user, now):
        return user
    return user.model_copy(
        update={"is_active": True, "inactive_until": None, "inactive_reason": None}
    )
