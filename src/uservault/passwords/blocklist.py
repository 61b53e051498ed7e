"""The 30,000 commonest passwords, which come with zxcvbn, and what people make of them."""

from collections.abc import Iterator
from functools import cache

# What looks alike has one letter, in the list and in the password.
L33T = str.maketrans("04@38$5+712!|l69", "oaaebssttiziiigg")
MAX_SUFFIX = 4  # characters behind the word: a year, `123!`


def is_common(password: str) -> bool:
    """Whether it is on the list, also with capitals, in l33t, or with some digits or symbols
    behind."""
    return any(_plain(stem) in _commonest() for stem in _stems(password))


@cache
def _commonest() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # noqa: PLC0415 - loads megabytes

    return frozenset(map(_plain, FREQUENCY_LISTS["passwords"]))


def _plain(text: str) -> str:
    return text.casefold().translate(L33T)


def _stems(password: str) -> Iterator[str]:
    """The password without its last characters, none to MAX_SUFFIX, that are no letters."""
    yield password
    for length in range(1, MAX_SUFFIX + 1):
        if len(password) <= length or password[-length].isalpha():
            return
        yield password[:-length]
