"""What a one-time token can be for, and how long it lasts."""

from datetime import timedelta
from enum import StrEnum


class Purpose(StrEnum):
    VERIFY_EMAIL = "verify-email"  # the user's address is theirs
    CHANGE_EMAIL = "change-email"  # another one is theirs, and replaces it
    ADD_EMAIL = "add-email"  # another one is theirs too
    RESET_PASSWORD = "reset-password"  # noqa: S105 - a name
    INVITATION = "invitation"  # becoming a user
    PENDING_LOGIN = "pending-login"  # going on with a login that needs more proof

    @property
    def lifetime(self) -> timedelta:
        return LIFETIMES[self]


OF_ADDRESS = (Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL, Purpose.ADD_EMAIL)
LIFETIMES = {
    Purpose.VERIFY_EMAIL: timedelta(hours=24),
    Purpose.CHANGE_EMAIL: timedelta(hours=24),
    Purpose.ADD_EMAIL: timedelta(hours=24),
    Purpose.RESET_PASSWORD: timedelta(minutes=30),
    Purpose.INVITATION: timedelta(days=7),
    Purpose.PENDING_LOGIN: timedelta(minutes=5),
}
