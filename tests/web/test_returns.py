"""What a route's return type promises, the document says and the answer keeps."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI
from httpx import ASGITransport, AsyncClient

from uservault.web.etag import Tagged, created
from uservault.web.pagination import Page, Paged
from uservault.web.route import Route

router = APIRouter(route_class=Route)


@dataclass
class Row:
    id: int
    version: int


@router.get("/rows/{id}")
async def get_row(id: int) -> Tagged[Row]:
    return Row(id, version=3)


@router.post("/rows", status_code=201)
async def make_row() -> Annotated[Row, created("/rows")]:
    return Row(7, version=1)


@router.get("/rows")
async def list_rows(limit: int = 2) -> Paged[Row]:
    return Page([Row(1, version=1)], cursor="1" if limit == 1 else None)


@router.get("/plain")
async def get_plain() -> Row:
    return Row(1, version=1)


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    app.include_router(router, prefix="/api")
    return app


@pytest.fixture
async def reader(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test/api") as reader:
        yield reader


def described(app: FastAPI, method: str, path: str, status: str) -> dict[str, Any]:
    response: dict[str, Any] = app.openapi()["paths"][f"/api{path}"][method]["responses"][status]
    return response


async def test_a_row_has_its_entity_tag(app: FastAPI, reader: AsyncClient) -> None:
    response = await reader.get("/rows/5")

    assert response.json() == {"id": 5, "version": 3}
    assert response.headers["ETag"] == '"3"'
    assert set(described(app, "get", "/rows/{id}", "200")["headers"]) == {"ETag"}


async def test_a_new_row_has_its_address(app: FastAPI, reader: AsyncClient) -> None:
    response = await reader.post("/rows")

    assert response.status_code == 201
    assert response.headers["ETag"] == '"1"'
    assert response.headers["Location"] == "/rows/7"
    assert set(described(app, "post", "/rows", "201")["headers"]) == {"ETag", "Location"}


async def test_a_page_is_its_items_and_a_link(app: FastAPI, reader: AsyncClient) -> None:
    first = await reader.get("/rows", params={"limit": 1})
    last = await reader.get("/rows")

    assert first.json() == last.json() == [{"id": 1, "version": 1}]
    assert first.headers["Link"] == '</api/rows?limit=1&cursor=1>; rel="next"'
    assert "Link" not in last.headers
    content = described(app, "get", "/rows", "200")["content"]["application/json"]
    assert content["schema"]["items"] == {"$ref": "#/components/schemas/Row"}


async def test_another_type_promises_nothing(app: FastAPI, reader: AsyncClient) -> None:
    response = await reader.get("/plain")

    assert response.json() == {"id": 1, "version": 1}
    assert "headers" not in described(app, "get", "/plain", "200")
