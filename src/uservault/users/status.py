"""Whether a user is active. Derived from the time, so a deactivation ends without a job."""

from datetime import datetime
from typing import Any

from uservault.users.events import UserState
from uservault.users.models import User
from uservault.users.schemas import UserRead

ACTIVE = {"is_active": True, "inactive_until": None, "inactive_reason": None}


def is_active(row: Any, now: datetime) -> bool:
    """`row` is a User or any row with the columns `is_active` and `inactive_until`."""
    return bool(row.is_active or (row.inactive_until is not None and row.inactive_until <= now))


def to_read(row: Any, now: datetime) -> UserRead:
    """`row` has every column of UserRead."""
    return lapse(UserRead.model_validate(row), now)


def lapse(user: UserRead, now: datetime) -> UserRead:
    """Shows the user as active if their deactivation has ended."""
    if user.is_active or not is_active(user, now):
        return user
    return user.model_copy(update=ACTIVE)


def state_of(user: User, now: datetime) -> UserState:
    """For events: what holds at that time, without anything personal."""
    active = is_active(user, now)
    return UserState(
        is_active=active,
        inactive_until=None if active else user.inactive_until,
        email_verified=user.email_verified,
        deleted=user.deleted_at is not None,
    )
