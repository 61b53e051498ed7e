"""What belongs to the process that serves, and not to the app."""

import logging
import resource
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from anyio import CancelScope
from fastapi import FastAPI

from uservault.serving.caps import warn_of_few_files
from uservault.serving.collector import loading, settle
from uservault.serving.preload import preloading
from uservault.settings.hosts import stays_here
from uservault.settings.tree import Settings
from uservault.telemetry.logs import configure_logging

log = logging.getLogger(__name__)


def own_process(app: FastAPI) -> FastAPI:
    """Let the app configure logging and garbage collection, when the process serves only it.

    Do not use it for an app that is mounted in another one, or in tests.
    """
    start = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        configure_logging(app.state.settings)
        _raise_file_limit()
        warn_of_few_files(app.state.settings)
        _warn_of_open_development(app.state.settings)
        async with AsyncExitStack() as running:
            with loading():
                state = await running.enter_async_context(start(app))
                CancelScope()  # FastAPI's first dependency would load anyio's backend
            settle()
            await running.enter_async_context(preloading(app.state.resources))
            yield state

    app.router.lifespan_context = lifespan
    return app


def _warn_of_open_development(settings: Settings) -> None:
    host = settings.server.host
    if not settings.production and not stays_here(host):
        log.warning(
            "DEVELOPMENT SERVES BEYOND THIS MACHINE: whoever reaches it first can become its"
            " administrator. Set USERVAULT_ENV=production, or listen on 127.0.0.1.",
            extra={"host": host},
        )


def _raise_file_limit() -> None:
    """Each connection is an open file, and the soft limit is often 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
