"""Loads what only some requests need after the start, so that neither it nor a caller waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from uservault.passwords.hasher import TooManyPasswords
from uservault.passwords.policy import PasswordPolicy
from uservault.sessions.device import load_parser
from uservault.wiring.ports import Resources

PAUSE = 0.5  # seconds: first answer those who waited for the start


@asynccontextmanager
async def preloading(resources: Resources, pause: float = PAUSE) -> AsyncIterator[None]:
    """Load in threads meanwhile, after a pause in seconds."""
    task = asyncio.create_task(_load(resources, pause), name="preload")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _load(resources: Resources, pause: float) -> None:
    await asyncio.sleep(pause)
    with suppress(TooManyPasswords):  # then somebody else is loading it
        await resources.hasher.load()
        await resources.shared(PasswordPolicy).load()
    await asyncio.to_thread(load_parser)
