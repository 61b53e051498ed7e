"""How a constructor says what it needs, and who fills it in: inside a request and outside of one.

The aliases are plain types to Python and mypy: `UserService(users, events, now)` is an ordinary
call. To a Scope they are instructions, and FastAPI asks the Scope of the request.
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
    """The objects of one request or one job: each is made once, over one unit of work.

    `facts` are who asks, and from where: those of a request stand in its ASGI scope.
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
        """Of the unit of work. Raises LookupError where there is none."""
        if self._session is None:
            raise LookupError("only what is injected has a unit of work")
        return self._session

    def get(self, wanted: type[T]) -> T:
        """Raises TypeError if a constructor does not say where an argument comes from."""
        kind: Any = wanted  # to mypy, type[T] is not hashable
        if kind not in self._made:
            self._made[kind] = kind(**{name: take(self) for name, take in _needs(kind)})
        return cast("T", self._made[kind])


@dataclass_transform(eq_default=False)
def injected(kind: type[T]) -> type[T]:
    """Gives a class a constructor that takes its annotated fields, in their order."""
    return dataclass(eq=False, repr=False)(kind)


@asynccontextmanager
async def scope(resources: Resources, **facts: Any) -> AsyncIterator[Scope]:
    """Outside of a request: `async with scope(resources) as s: await s.get(Purger).purge(user)`."""
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


# scope="function": the commit comes before the response, so that a 201 is never a lie.
RequestScope = Annotated[Scope, Depends(_request_scope, scope="function")]


Provider: TypeAlias = Callable[..., Awaitable[Any]]


@cache
def _made(wanted: type[Any]) -> Provider:
    async def make(scope: RequestScope) -> Any:
        return scope.get(wanted)

    return make


@cache
def _shared(wanted: type[Any]) -> Provider:
    async def find(connection: HTTPConnection) -> Any:
        return resources_of(connection).shared(wanted)

    return find


@dataclass(frozen=True)
class Built(params.Depends):
    """On the annotated class. FastAPI itself would call the class in a thread."""

    shared: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if isclass(self.dependency):  # which FastAPI reads off the annotation, and puts in
            provider: Any = _shared if self.shared else _made
            object.__setattr__(self, "dependency", provider(self.dependency))


@dataclass(frozen=True)
class Given(params.Depends):
    """What need not be built: `take` finds it in the scope."""

    take: Take = field(kw_only=True)

    def __post_init__(self) -> None:
        async def provide(connection: HTTPConnection) -> Any:
            return self.take(Scope(resources_of(connection), connection.scope))

        object.__setattr__(self, "dependency", provide)


Inject = Annotated[T, Built()]  # made for this request
Shared = Annotated[T, Built(shared=True)]  # one per process, over Resources alone
WriteSession = Annotated[AsyncSession, Given(take=lambda scope: scope.session)]
Now = Annotated[Clock, Given(take=lambda scope: scope.resources.clock)]
Hasher = Annotated[PasswordHasher, Given(take=lambda scope: scope.resources.hasher)]
Sealing = Annotated[Sealer, Given(take=lambda scope: scope.resources.sealer)]
CurrentSettings = Annotated[Settings, Given(take=lambda scope: scope.resources.settings)]
