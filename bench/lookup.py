"""Finding the one user of a name among many."""

from collections.abc import Callable, Iterable, Iterator
from random import Random
from time import perf_counter

import uvloop

from bench import filling
from bench.bars import at_least
from bench.figures import Figure, beside
from bench.stage import Stage
from uservault.passwords.reader import CredentialReader
from uservault.resources import open_resources
from uservault.settings.tree import Settings


def lookup(stage: Stage) -> Iterator[Figure]:
    """What a login asks of the database, by username and by address, without the server."""
    sizes = stage.sizes
    many = stage.database("postgresql", sizes.users)
    few = stage.database("postgresql", sizes.few)
    for what, name in {"username": filling.username, "e-mail": filling.email}.items():
        wanted = some(name, sizes.users, sizes.lookups), some(name, sizes.few, sizes.lookups)
        pairs = uvloop.run(_rounds(sizes.rounds, (many, wanted[0]), (few, wanted[1])))
        measure = f"look-up by {what} among {sizes.users:,} ÷ {sizes.few:,}"
        yield beside(measure, "look-ups/s", pairs, at_least(0.80, 0.95))


def some(name: Callable[[int], str], users: int, count: int) -> list[str]:
    """The names of so many of the users."""
    random = Random(1)  # noqa: S311 - the same in every run
    return [name(random.randint(1, users)) for _ in range(count)]


async def _rounds(
    rounds: int, many: tuple[Settings, list[str]], few: tuple[Settings, list[str]]
) -> list[tuple[float, float]]:
    async with open_resources(many[0]) as first, open_resources(few[0]) as second:
        among_many, among_few = CredentialReader(first), CredentialReader(second)
        await _per_second(among_many, many[1])
        await _per_second(among_few, few[1])
        return [
            (await _per_second(among_many, many[1]), await _per_second(among_few, few[1]))
            for _ in range(rounds)
        ]


async def _per_second(reader: CredentialReader, names: list[str]) -> float:
    return len(names) / sum(await find_each(reader, names)) * 1000


async def find_each(reader: CredentialReader, names: Iterable[str]) -> list[float]:
    """Milliseconds that each took. Raises LookupError for a name that nobody has."""
    taken: list[float] = []
    for name in names:
        began = perf_counter()
        if await reader.find(name) is None:
            raise LookupError(name)
        taken.append((perf_counter() - began) * 1000)
    return taken
