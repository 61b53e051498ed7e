"""The garbage collector of a process of ours. Nothing else of the service touches it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Collect nothing while the process starts.

    Modules make half a million objects that stay: to look at them again and again takes a sixth of
    the start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle() -> None:
    """The process has started: what there is stays, so exclude it from collections."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)  # collect the rest less often
