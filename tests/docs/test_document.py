from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from tests.support.databases import settings_for
from uservault.app import create_app

DOCUMENT = "/openapi.json"


@pytest.fixture(scope="module")
def published() -> FastAPI:
    return create_app(settings_for("sqlite:///never-opened.db"))


@pytest.fixture
async def reader(published: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(published)
    async with AsyncClient(transport=transport, base_url="http://test") as reader:
        yield reader


async def test_is_the_apps_own_and_compact(reader: AsyncClient, published: FastAPI) -> None:
    response = await reader.get(DOCUMENT)

    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-cache"
    assert response.json() == published.openapi()
    assert len(response.content) < 200 * 1024


@pytest.mark.parametrize("shape", ["{}", "W/{}", '"x", {}', "*"])
async def test_sends_nothing_to_who_has_it_already(reader: AsyncClient, shape: str) -> None:
    tag = (await reader.get(DOCUMENT)).headers["ETag"]

    response = await reader.get(DOCUMENT, headers={"If-None-Match": shape.format(tag)})

    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == tag
    assert response.headers["Cache-Control"] == "no-cache"


async def test_sends_it_to_who_has_another(reader: AsyncClient) -> None:
    response = await reader.get(DOCUMENT, headers={"If-None-Match": '"x"'})

    assert response.status_code == 200


async def test_tells_its_headers_alone(reader: AsyncClient) -> None:
    whole = await reader.get(DOCUMENT)

    response = await reader.head(DOCUMENT)

    assert response.status_code == 200
    assert response.headers["ETag"] == whole.headers["ETag"]
    assert response.headers["Content-Length"] == str(len(whole.content))


async def test_is_not_there_where_the_docs_are_not() -> None:
    silent = create_app(settings_for("sqlite:///never-opened.db", docs=False))
    async with AsyncClient(transport=ASGITransport(silent), base_url="http://test") as reader:
        assert (await reader.get(DOCUMENT)).status_code == 404
