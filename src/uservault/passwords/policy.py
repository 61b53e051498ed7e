"""Which passwords may be set (NIST SP 800-63B-4 §3.1.1.2): long enough, and not guessable.

No rules of composition, no rotation, no hints.
"""

import asyncio
from collections.abc import Sequence
from math import prod

from uservault.passwords.errors import PasswordRefused
from uservault.wiring.ports import Resources

PRODUCT = "uservault"
# zxcvbn refuses more characters than that. Its time grows with their square, and with the number
# of ways to read the l33t in them: seconds of CPU for a password that was made for it.
LOOKED_AT = 72
READINGS = 16
LOOKED_AT_IN_L33T = 16
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
    return bool(zxcvbn(_looked_at(password), user_inputs=known)["guesses"] < GUESSES)


def _looked_at(password: str) -> str:
    from zxcvbn.matching import L33T_TABLE, relevant_l33t_subtable  # noqa: PLC0415

    beginning = password[:LOOKED_AT]
    symbols = relevant_l33t_subtable(beginning, L33T_TABLE).values()
    readings = prod(len(each) for each in symbols)
    return beginning if readings <= READINGS else beginning[:LOOKED_AT_IN_L33T]
