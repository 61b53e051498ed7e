"""Processes of ours, without the process: each with connections of its own, in this test's loop."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from tests.support.databases import SECRET
from tests.support.fakes import FakeClock, FakeCounters, FakeHasher, FakeMail
from uservault.app import create_app
from uservault.db.database import Database
from uservault.kit.crypto import Sealer
from uservault.kit.urls import async_url
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources


@asynccontextmanager
async def opened(
    settings: Settings, clock: FakeClock, sealing_key: str = SECRET
) -> AsyncIterator[Resources]:
    """The outside world in fakes, over a real database."""
    database = Database(async_url(settings.database_url.get_secret_value()), settings.database)
    try:
        yield Resources(
            settings=settings,
            database=database,
            hasher=FakeHasher(database),
            counters=FakeCounters(clock),
            mail=FakeMail(),
            signing_key=SECRET.encode(),
            sealer=Sealer([sealing_key.encode()]),
            clock=clock,
        )
    finally:
        await database.close()


@asynccontextmanager
async def served(resources: Resources) -> AsyncIterator[AsyncClient]:
    """An app over those, and a client of it that has not said who it is."""
    async with running(resources) as app:
        transport = ASGITransport(app)
        async with AsyncClient(transport=transport, base_url="http://test/api") as client:
            yield client


@asynccontextmanager
async def running(resources: Resources) -> AsyncIterator[FastAPI]:
    """An app over those.

    To make one takes longer than many tests: so an app is used again, unless a test gave it routes
    of its own.
    """
    made_of = resources.settings
    parts = ("trusted_proxies", "server", "cors", "docs", "public_url")
    idle = IDLE[tuple(getattr(made_of, name) for name in parts)]
    app = idle.pop() if idle else _app(resources.settings)
    app.state.settings, app.state.given = resources.settings, resources
    routes = len(app.router.routes)
    async with app.router.lifespan_context(app):
        yield app
    if len(app.router.routes) == routes:
        idle.append(app)


def _app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def opening(_: Settings) -> AsyncIterator[Resources]:
        yield app.state.given

    app = create_app(settings, opening)
    return app


IDLE: dict[Any, list[FastAPI]] = defaultdict(list)  # by what an app is made of
