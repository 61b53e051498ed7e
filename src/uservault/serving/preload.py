"""Loads what only some requests need after the start, so that neither it nor a caller waits."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from uservault.passwords.policy import PasswordPolicy
from uservault.sessions.device import load_parser
from uservault.wiring.ports import Resources

PAUSE = 1.0  # seconds in which whoever waited for the start is answered
TURN = 0.0005  # seconds for which a thread that loads may keep the event loop waiting


@asynccontextmanager
async def preloading(resources: Resources) -> AsyncIterator[None]:
    """Load in threads meanwhile: 0.15 s of CPU, or 0.25 s with the lists of words."""
    task = asyncio.create_task(_load(resources), name="preload")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _load(resources: Resources) -> None:
    await asyncio.sleep(PAUSE)
    with _short_turns():
        await resources.hasher.load()
        await asyncio.to_thread(load_parser)
        await resources.shared(PasswordPolicy).load()


@contextmanager
def _short_turns() -> Iterator[None]:
    """A request changes threads fifty times, and each time waits for its turn."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
