"""What a one-time token may be good for, and how long."""

from datetime import timedelta
from enum import StrEnum


class Purpose(StrEnum):
    VERIFY_EMAIL = "verify-email"  # that the user's address is theirs
    CHANGE_EMAIL = "change-email"  # that another one is, and replaces it
    RESET_PASSWORD = "reset-password"  # noqa: S105 - a name

    @property
    def lifetime(self) -> timedelta:
        return timedelta(hours=24) if self in OF_ADDRESS else timedelta(minutes=30)


OF_ADDRESS = (Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL)
