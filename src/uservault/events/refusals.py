from collections.abc import Iterator
from contextlib import contextmanager

from uservault.events.log import Event, EventLog
from uservault.limits.errors import TooManyTries


@contextmanager
def first_refusal_recorded(events: EventLog, event: Event) -> Iterator[None]:
    """Records the event at the first try over a limit in each window, however many follow."""
    try:
        yield
    except TooManyTries as refused:
        if refused.first:
            events.record(event)
        raise
