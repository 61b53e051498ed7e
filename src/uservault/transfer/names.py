"""Usernames for people whose username is not allowed here."""

import re
import unicodedata
from collections.abc import Callable

ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,63}")
FOREIGN = re.compile(r"[^A-Za-z0-9._-]+")
LENGTH = 40  # characters of the old name in the new one, which ends with the id


class Names:
    """`tell` is told of each name that is not kept: the id, the old name and the new one."""

    def __init__(self, tell: Callable[[int, str, str], None]) -> None:
        self._tell = tell
        self._first: dict[str, int] = {}

    def reserve(self, key: str, id: int) -> None:
        """Of the users with this name in any case, `id` keeps it."""
        self._first[key.casefold()] = id

    def of(self, name: str, id: int) -> str:
        """The name itself if it is allowed, else one that is derived from it and the id."""
        if ALLOWED.fullmatch(name) and self._first.get(name.casefold(), id) == id:
            return name
        derived = _derived(name, id)
        self._tell(id, name, derived)
        return derived


def _derived(name: str, id: int) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem = FOREIGN.sub("-", plain).strip("._-")[:LENGTH]
    return f"{stem or 'user'}-{id}"
