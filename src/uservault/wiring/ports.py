"""The interfaces to the outside world, which tests fake, and the `Resources` of a process."""

from collections.abc import Callable, Iterable
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
    """Slow on purpose: works off the event loop. Never call it while you hold a connection."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, hash: str | None) -> "Verdict":
        """Takes as long without a hash as with a wrong password."""
        ...

    def reason_against(self, hash: str) -> str | None:
        """Why `verify` cannot read this hash, without any of it; None if it can."""
        ...

    def expect(self, hashes: Iterable[str]) -> None:
        """Say that hashes with the schemes and costs of these are stored, and no others."""
        ...

    async def load(self) -> None:
        """Load its libraries, so that the first caller need not wait for them."""
        ...

    async def run(self, work: Callable[[], T]) -> T:
        """Do other slow work on a password, within the same bounds."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Verdict:
    """Whether the password is right; if so, a stronger hash to store instead, if there is one."""

    right: bool
    better_hash: str | None = None


class Counters(Protocol):
    """Counters that processes share if the storage allows it. Each lives for its window."""

    async def add(self, key: str, amount: int, window: int) -> int:
        """Return the new count. `window` is in seconds and begins with the first `add`."""
        ...

    async def count(self, key: str) -> int:
        """The count without counting; 0 without a counter."""
        ...

    async def ends_in(self, key: str) -> float:
        """Seconds until the counter's window ends."""
        ...

    async def clear(self, key: str) -> None: ...


class MailTransport(Protocol):
    """Hands a message over for delivery to the recipient in its header."""

    async def send(self, message: EmailMessage) -> None:
        """Return once the message is accepted, in bounded time. Raises MailFailure."""
        ...


class MailFailure(Exception):
    """A message was not accepted. `reason` is a code or an error's name, never content.

    `cause`: what that means, in words for the log. `permanent`: another try would fail in the same
    way.
    """

    def __init__(self, reason: str, *, cause: str | None = None, permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.cause = cause
        self.permanent = permanent


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What a process opens once, and the shared objects that it builds from that."""

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
        """The process's only object of this kind. The first call creates it."""
        if kind not in self._shared:
            self._shared[kind] = kind(self)
        return cast("T", self._shared[kind])
