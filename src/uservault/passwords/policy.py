"""Which passwords may be set (NIST SP 800-63B-4 §3.1.1.2): long enough, and not guessable.

No rules of composition, no rotation, no hints.
"""

import asyncio
from collections.abc import Sequence

from uservault.kit.ports import Resources
from uservault.passwords.errors import PasswordRefused

PRODUCT = "uservault"
LOOKED_AT = 72  # zxcvbn refuses more, and its time grows with the square
GUESSES = 10**6  # what an attacker behind a throttle could try


class PasswordPolicy:
    """The rules of this installation."""

    def __init__(self, resources: Resources) -> None:
        self.min_length = resources.settings.password_min_length
        self.blocklist = resources.settings.password_blocklist

    async def check(self, password: str, *about: str, field: str = "password") -> None:
        """`about` is what is known of the user, and so a bad password. Raises PasswordRefused."""
        if len(password) < self.min_length:
            raise PasswordRefused(f"It has fewer than {self.min_length} characters.", field)
        if self.blocklist and await asyncio.to_thread(_is_guessable, password, about):
            raise PasswordRefused("It is too common, or too easy to guess.", field)


def _is_guessable(password: str, about: Sequence[str]) -> bool:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - megabytes of words, for those who want them

    words = [part for each in about for part in (each, *each.split("@"))]
    known = [PRODUCT, *words]
    if password.casefold() in (word.casefold() for word in known):
        return True
    return bool(zxcvbn(password[:LOOKED_AT], user_inputs=known)["guesses"] < GUESSES)
