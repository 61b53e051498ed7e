"""All we ask of the outside world. `Resources` holds what a process opens once; tests fake it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from uservault.db.database import Database
from uservault.kit.crypto import Sealer
from uservault.settings.tree import Settings

T = TypeVar("T")
Clock: TypeAlias = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


class PasswordHasher(Protocol):
    """Slow on purpose, so never on the event loop, and never while a connection is held."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, hash: str | None) -> "Verdict":
        """Takes as long for no hash at all as for a wrong password."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """Whether the password is right; and if it is, the better hash to keep of it, if any."""

    right: bool
    better_hash: str | None = None


class Counters(Protocol):
    """Counts that all processes share, or as many as can. Each counter lives for its window."""

    async def add(self, key: str, amount: int, window: int) -> int:
        """The count so far in the window of so many seconds, this `amount` included."""
        ...

    async def ends_in(self, key: str) -> float:
        """Seconds until the window of the counter ends."""
        ...

    async def clear(self, key: str) -> None: ...


class MailTransport(Protocol):
    """Hands a message to whoever brings it to the recipient of its header."""

    async def send(self, message: EmailMessage) -> None:
        """Returns when it was taken, and takes a bounded time. Raises MailFailure."""
        ...


class MailFailure(Exception):
    """A message was not taken. `reason` is a code or the name of an error, never content.

    `permanent`: another try would be answered the same.
    """

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What a process opens once, and what it builds once over that."""

    settings: Settings
    database: Database
    hasher: PasswordHasher
    counters: Counters
    mail: MailTransport
    signing_key: bytes = field(repr=False)
    sealer: Sealer = field(repr=False)
    clock: Clock = system_clock
    _shared: dict[Any, Any] = field(default_factory=dict, init=False, repr=False)

    def shared(self, kind: Callable[["Resources"], T]) -> T:
        """The one object of its kind in this process, made when it is first asked for."""
        if kind not in self._shared:
            self._shared[kind] = kind(self)
        return cast("T", self._shared[kind])
