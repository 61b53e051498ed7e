"""The service starts whatever its database does, and says that it is not ready."""

import pytest
from httpx import ASGITransport, AsyncClient

from tests.support.databases import settings_for
from uservault.app import create_app

NOWHERE = "postgresql://uservault:secret@127.0.0.1:1/uservault"


async def ready(url: str) -> int:
    app = create_app(settings_for(url, log={"file": None}))
    client = AsyncClient(transport=ASGITransport(app), base_url="http://test")
    async with app.router.lifespan_context(app), client:
        assert (await client.get("/healthz")).status_code == 200
        return (await client.get("/readyz")).status_code


@pytest.mark.promise("H5")
async def test_starts_without_its_server() -> None:
    assert await ready(NOWHERE) == 503


@pytest.mark.promise("H5")
@pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)
async def test_starts_on_a_database_that_was_never_migrated(blank_url: str) -> None:
    assert await ready(blank_url) == 503
