"""Dependency injection by annotation, in requests and outside of them.

To Python and mypy, the aliases are plain types: `UserService(users, events, now)` is an ordinary
call. A Scope reads them to build an object. FastAPI asks the Scope of the request.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from inspect import isclass, signature
from typing import (
    Annotated,
    Any,
    TypeAlias,
    TypeVar,
    cast,
    dataclass_transform,
    get_type_hints,
)

from fastapi import Depends, params
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import HTTPConnection

from uservault.db.unit_of_work import unit_of_work
from uservault.kit.crypto import Sealer
from uservault.settings.tree import Settings
from uservault.wiring.ports import Clock, PasswordHasher, Resources

T = TypeVar("T")
Take: TypeAlias = Callable[["Scope"], Any]


def resources_of(connection: HTTPConnection) -> Resources:
    resources: Resources = connection.app.state.resources
    return resources


class Scope:
    """The objects of one request or one job. They share one unit of work; each is built once.

    `facts` hold the principal and the origin. For a request, they are its ASGI scope.
    """

    def __init__(
        self,
        resources: Resources,
        facts: MutableMapping[str, Any],
        session: AsyncSession | None = None,
    ) -> None:
        self.resources = resources
        self.facts = facts
        self._session = session
        self._made: dict[type[Any], Any] = {}

    @property
    def session(self) -> AsyncSession:
        """The session of the unit of work. Raises LookupError if there is none."""
        if self._session is None:
            raise LookupError("only injected objects have a unit of work")
        return self._session

    def get(self, wanted: type[T]) -> T:
        """Build the object, or return it if it exists. Raises TypeError for an argument without
        a source."""
        kind: Any = wanted  # mypy does not accept type[T] as hashable
        if kind not in self._made:
            self._made[kind] = kind(**{name: take(self) for name, take in _needs(kind)})
        return cast("T", self._made[kind])


@dataclass_transform(eq_default=False)
def injected(kind: type[T]) -> type[T]:
    """Class decorator: adds a constructor that takes the annotated fields in their order."""
    return dataclass(eq=False, repr=False)(kind)


@asynccontextmanager
async def scope(resources: Resources, **facts: Any) -> AsyncIterator[Scope]:
    """For use outside of requests: `async with scope(resources) as s: s.get(UserService)`."""
    async with unit_of_work(resources.database) as session:
        yield Scope(resources, facts, session)


@cache
def _needs(wanted: type[Any]) -> tuple[tuple[str, Take], ...]:
    hints = get_type_hints(wanted.__init__, include_extras=True)
    names = list(signature(wanted).parameters)
    return tuple((name, _take(wanted, name, hints.get(name))) for name in names)


def _take(wanted: type[Any], name: str, hint: Any) -> Take:
    kind, marks = getattr(hint, "__origin__", None), getattr(hint, "__metadata__", ())
    match marks:
        case (*_, Given(take=take)):
            return take
        case (*_, Built(shared=True)):
            return lambda scope: scope.resources.shared(cast("type[Any]", kind))
        case (*_, Built()):
            return lambda scope: scope.get(cast("type[Any]", kind))
    raise TypeError(f"{wanted.__name__} does not say where its {name} comes from")


async def _request_scope(connection: HTTPConnection) -> AsyncIterator[Scope]:
    async with unit_of_work(resources_of(connection).database) as session:
        yield Scope(resources_of(connection), connection.scope, session)


# scope="function": the commit comes before the response, so that a 201 is always true.
RequestScope = Annotated[Scope, Depends(_request_scope, scope="function")]


Provider: TypeAlias = Callable[..., Awaitable[Any]]


@cache
def _made(wanted: type[Any]) -> Provider:
    async def make(scope: RequestScope) -> Any:
        return scope.get(wanted)

    return make


@dataclass(frozen=True, slots=True)
class Sharing:
    """Provides the process's only object of a class."""

    wanted: type[Any]

    async def __call__(self, connection: HTTPConnection) -> Any:
        return resources_of(connection).shared(self.wanted)


@dataclass(frozen=True)
class Built(params.Depends):
    """Marks a class to build. FastAPI by itself would call the class in a thread."""

    shared: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if isclass(self.dependency):  # FastAPI sets it from the annotation
            provider: Any = Sharing if self.shared else _made
            object.__setattr__(self, "dependency", provider(self.dependency))


@dataclass(frozen=True)
class Given(params.Depends):
    """Marks a value that is not built: `take` reads it from the scope."""

    take: Take = field(kw_only=True)

    def __post_init__(self) -> None:
        async def provide(connection: HTTPConnection) -> Any:
            return self.take(Scope(resources_of(connection), connection.scope))

        object.__setattr__(self, "dependency", provide)


Inject = Annotated[T, Built()]  # one per request or job
Shared = Annotated[T, Built(shared=True)]  # one per process; its constructor takes Resources
WriteSession = Annotated[AsyncSession, Given(take=lambda scope: scope.session)]
Now = Annotated[Clock, Given(take=lambda scope: scope.resources.clock)]
Hasher = Annotated[PasswordHasher, Given(take=lambda scope: scope.resources.hasher)]
Sealing = Annotated[Sealer, Given(take=lambda scope: scope.resources.sealer)]
CurrentSettings = Annotated[Settings, Given(take=lambda scope: scope.resources.settings)]
