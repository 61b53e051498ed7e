"""The direct way and FastAPI's own answer alike."""

import re
from itertools import product
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from tests.support.people import Person
from tests.support.surface import APP, doors
from uservault.db.database import Database
from uservault.db.errors import DatabaseUnavailable

OF_PATH = "/.well-known/oauth-authorization-server"  # no route of FastAPI's
INDIRECT = {"/api/me/export", "/api/users/export", "/docs", "/docs/redoc.js", "/redoc",
            "/openapi.json", f"{OF_PATH}/{{path}}", f"{OF_PATH}/{{path:path}}"}  # fmt: skip
PATHS = sorted({door.removeprefix("GET ") for door in doors(APP) if door.startswith("GET /")})
DIRECT = [path for path in PATHS if path not in INDIRECT]
QUERIES = ("", "limit=1", "limit=x", "limit=1&limit=2", "cursor=3&limit=1", "user_id=1", "x=1")
CHANGING = {"x-request-id", "date"}
pytestmark = pytest.mark.once  # no database knows which way it was
every_path = pytest.mark.parametrize("path", DIRECT)


class Ways:
    """Asks the app twice: as it is, and with everything left to FastAPI."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        self.client = AsyncClient(transport=ASGITransport(app), base_url="http://test")

    async def ask(self, path: str, **options: Any) -> tuple[Any, Any]:
        direct = await self.client.get(path, **options)
        ways, self.app.state.direct_ways = self.app.state.direct_ways, ()
        solved = await self.client.get(path, **options)
        self.app.state.direct_ways = ways
        return _seen(direct), _seen(solved)


def _seen(response: Response) -> Any:
    body = re.sub(r'"request_id":"[^"]*"', "", response.text)
    headers = {name: value for name, value in response.headers.items() if name not in CHANGING}
    return response.status_code, headers, body


def example(path: str, id: int) -> str:
    return re.sub(r"\{[^}]*\}", str(id), path)


@pytest.fixture
def ways(app: FastAPI) -> Ways:
    return Ways(app)


class TestDirect:
    def test_it_takes_every_get_but_a_few(self, app: FastAPI) -> None:
        taken = {place.route.path for place, way in app.state.direct_ways if way}

        assert taken == {place.route.path for place, _ in app.state.direct_ways} - INDIRECT
        assert len(taken) == len(DIRECT) > 20

    @pytest.mark.promise("D1")
    @every_path
    async def test_both_ways_answer_alike(
        self, ways: Ways, admin: Person, ada: Person, path: str
    ) -> None:
        tokens = (None, "nonsense", admin.token, ada.token)
        for token, query, id in product(tokens, QUERIES, (ada.id, admin.id, 999)):
            headers = {"Authorization": f"Bearer {token}"} if token else {}

            direct, solved = await ways.ask(f"{example(path, id)}?{query}", headers=headers)

            assert direct == solved

    @every_path
    async def test_both_ways_know_what_has_not_changed(
        self, ways: Ways, admin: Person, path: str
    ) -> None:
        header = {"Authorization": f"Bearer {admin.token}"}
        for tag in ("*", '"none"', "no tag"):
            options = {"headers": header | {"If-None-Match": tag}}

            direct, solved = await ways.ask(example(path, admin.id), **options)

            assert direct == solved

    @every_path
    async def test_both_ways_tell_that_the_database_is_away(
        self, ways: Ways, admin: Person, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fail(*_: object) -> None:
            raise DatabaseUnavailable

        monkeypatch.setattr(Database, "rows", fail)
        header = {"Authorization": f"Bearer {admin.token}"}

        direct, solved = await ways.ask(example(path, admin.id), headers=header)

        assert direct == solved

    async def test_the_log_names_the_route(
        self, ways: Ways, admin: Person, caplog: pytest.LogCaptureFixture
    ) -> None:
        header = {"Authorization": f"Bearer {admin.token}"}

        await ways.ask(f"/api/users/{admin.id}", headers=header)

        routes = [vars(record)["route"] for record in caplog.records if record.message == "request"]
        assert routes[-2:] == ["/api/users/{id}"] * 2
