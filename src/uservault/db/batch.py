"""Answers concurrent look-ups by key with one query."""

from asyncio import Future, Task, get_running_loop
from collections import namedtuple
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from itertools import chain, islice, zip_longest
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy import Select, bindparam

from uservault.db.database import AnyRow, Database

K = TypeVar("K")
V = TypeVar("V")
AnySelect: TypeAlias = Select[*tuple[Any, ...]]

LIMIT = 512  # keys per query; a power of two


class Batcher(Generic[K, V]):
    """Collects the requested keys while a query runs, then queries all of them at once.

    A look-up never joins a query that was already sent, so it sees everything that was committed
    before it began. A cancelled caller does not affect others. A failed query fails only its own
    callers.
    """

    def __init__(self, fetch: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._fetch = fetch
        self._waiting: dict[K, list[Future[V | None]]] = {}
        self._worker: Task[None] | None = None

    async def get(self, key: K) -> V | None:
        if self._worker is None:
            self._worker = get_running_loop().create_task(self._work())
        answer: Future[V | None] = self._worker.get_loop().create_future()
        self._waiting.setdefault(key, []).append(answer)
        return await answer

    async def _work(self) -> None:
        try:
            while self._waiting:
                keys = list(islice(self._waiting, LIMIT))
                await self._answer({key: self._waiting.pop(key) for key in keys})
        finally:
            self._worker = None

    async def _answer(self, batch: Mapping[K, list[Future[V | None]]]) -> None:
        try:
            found = await self._fetch(list(batch))
        except Exception as error:  # noqa: BLE001 - raised to the callers
            for answer in chain.from_iterable(batch.values()):
                if not answer.done():
                    answer.set_exception(error)
        else:
            for key, answers in batch.items():
                for answer in answers:
                    if not answer.done():
                        answer.set_result(found.get(key))


NAMES = [f"key{n}" for n in range(LIMIT)]


def by_key(
    database: Database, statement: AnySelect, **given: Callable[[], Any]
) -> Batcher[Any, AnyRow]:
    """Look up rows of `statement` by its first column, which must be unique.

    `given` are its other parameters, asked for anew for each query: `now=clock`.
    """
    key = statement.selected_columns[0]
    plain = _plain_row(statement)

    @cache
    def among(size: int) -> AnySelect:
        return statement.where(key.in_([bindparam(name, type_=key.type) for name in NAMES[:size]]))

    async def fetch(keys: Sequence[Any]) -> Mapping[Any, AnyRow]:
        size = 1 << (len(keys) - 1).bit_length()  # ten statements to compile and prepare, not 512
        padded = dict(zip_longest(NAMES[:size], keys, fillvalue=keys[-1]))
        others = {name: value() for name, value in given.items()}
        rows = await database.rows(among(size), padded | others)
        return {row[0]: plain(row) for row in rows}

    return Batcher(fetch)


def _plain_row(statement: AnySelect) -> Callable[[AnyRow], Any]:
    """A row as a named tuple, whose attributes are read ten times as fast."""
    names = statement.selected_columns.keys()
    found: Any = namedtuple("Found", names)  # type: ignore[misc]
    return lambda row: found(*row)
