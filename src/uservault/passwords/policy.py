"""Which passwords are allowed (NIST SP 800-63B-4 §3.1.1.2): long enough and not guessable.

There are no composition rules, no rotation and no hints.
"""

import asyncio
from collections.abc import Sequence
from math import prod

from uservault.passwords.blocklist import is_common
from uservault.passwords.composed import composed
from uservault.passwords.errors import PasswordRefused
from uservault.wiring.ports import Resources

PRODUCT = "uservault"
# zxcvbn accepts at most 72 characters. Its time grows with the square of the length and with the
# number of ways to read l33t: a crafted password would take seconds of CPU.
MAX_CHECKED = 72
MAX_READINGS = 16
MAX_CHECKED_L33T = 16
GUESSES = 10**6  # as many as an attacker could try despite the throttles


class PasswordPolicy:
    """Applies the settings of this installation."""

    def __init__(self, resources: Resources) -> None:
        self.min_length = resources.settings.password_min_length
        self.blocklist = resources.settings.password_blocklist
        self.hasher = resources.hasher

    async def load(self) -> None:
        """Load the lists of words, if they are used: 0.1 s and 16 MB."""
        if self.blocklist:
            await asyncio.to_thread(_is_guessable, "any password", ())

    async def check(self, password: str, *about: str, field: str = "password") -> None:
        """`about`: the username and e-mail, which are easy to guess.

        Raises PasswordRefused or TooManyPasswords.
        """
        password = composed(password)
        if len(password) < self.min_length:
            reason = f"The password has fewer than {self.min_length} characters."
            raise PasswordRefused(reason, field)
        if self.blocklist and await self.hasher.run(lambda: _is_guessable(password, about)):
            raise PasswordRefused("The password is too common or too easy to guess.", field)


def _is_guessable(password: str, about: Sequence[str]) -> bool:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - loads megabytes, only if used

    words = [part for each in about for part in (each, *each.split("@"))]
    known = [PRODUCT, *words]
    if password.casefold() in (word.casefold() for word in known):
        return True
    if is_common(password):
        return True
    return bool(zxcvbn(_checked_part(password), user_inputs=known)["guesses"] < GUESSES)


def _checked_part(password: str) -> str:
    from zxcvbn.matching import L33T_TABLE, relevant_l33t_subtable  # noqa: PLC0415

    beginning = password[:MAX_CHECKED]
    symbols = relevant_l33t_subtable(beginning, L33T_TABLE).values()
    readings = prod(len(each) for each in symbols)
    return beginning if readings <= MAX_READINGS else beginning[:MAX_CHECKED_L33T]
