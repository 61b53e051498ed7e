from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from uservault.passwords.foreign.refusals import HashNotVerifiable


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """What other systems mix into their hashes and keep apart from them. Empty: not known."""

    flask_security_salt: str = ""
    firebase_signer_key: str = ""
    firebase_salt_separator: str = ""


Compare: TypeAlias = Callable[[str, Secrets], bool]
Needs: TypeAlias = Callable[[Secrets], Iterator[str]]


def needs_nothing(secrets: Secrets) -> Iterator[str]:
    yield from ()


@dataclass(frozen=True, slots=True)
class Alike:
    """Which texts are hashes of one format and cost: those that begin so, and contain `within`,
    and do not begin with `unless`."""

    beginning: str
    within: str = ""
    unless: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class KnownHash:
    """A hash whose format we know, within its bounds.

    `dummy` is a hash of no password that takes as long to verify, the same for all that do; it and
    `alike` are None for formats that take no time.
    """

    format: str
    parameters: tuple[tuple[str, int], ...]
    compare: Compare
    alike: Alike | None = None
    dummy: str | None = None
    needs: Needs = field(default=needs_nothing)

    def require(self, secrets: Secrets) -> None:
        """Raises HashNotVerifiable for the first thing that is missing."""
        for need in self.needs(secrets):
            raise HashNotVerifiable(self.format, need)
