"""Who is compared."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager

from bench.figures import Figure
from bench.peers.measures import Contest
from bench.peers.on_fastapi_users import fastapi_users
from bench.peers.on_flask import flask
from bench.peers.ours import ours
from bench.stage import Stage


@contextmanager
def contest(stage: Stage, users: int) -> Iterator[Contest]:
    """All of them serving, on one CPU; each has so many users."""
    with ExitStack() as started:
        services = [
            started.enter_context(each(stage, users)) for each in (ours, flask, fastapi_users)
        ]
        yield Contest(services, stage.reference, stage.sizes)


def with_all(
    measure: Callable[[Contest], Iterable[Figure]],
) -> Callable[[Stage], Iterator[Figure]]:
    """A measure that starts them."""

    def measured(stage: Stage) -> Iterator[Figure]:
        with contest(stage, stage.sizes.users) as started:
            yield from measure(started)

    return measured
