"""Replicas whose clocks differ by half a minute."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from httpx import ASGITransport, AsyncClient

from tests.support.fakes import FakeClock
from tests.support.people import Person
from uservault.app import create_app
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

pytestmark = pytest.mark.promise("H12", "I12")


@pytest.fixture
async def late(settings: Settings, resources: Resources) -> AsyncIterator[AsyncClient]:
    """A replica that is half a minute late."""
    clock = FakeClock(resources.clock() - timedelta(seconds=30))

    @asynccontextmanager
    async def opening(_: Settings) -> AsyncIterator[Resources]:
        yield replace(resources, clock=clock)

    app = create_app(settings, opening)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test/api") as client,
    ):
        yield client


async def test_a_token_of_one_replica_opens_the_other_at_once(
    ada: Person, late: AsyncClient
) -> None:
    authorization = {"Authorization": f"Bearer {ada.token}"}

    response = await late.get(f"/users/{ada.id}", headers=authorization)

    assert response.status_code == 200
