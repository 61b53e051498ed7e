"""A second service's door."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from httpx import ASGITransport, AsyncClient, MockTransport

from tests.client.fake_vault import FakeVault
from uservault.client.fastapi import UserVault
from uservault.client.principal import Principal


def service(users: UserVault) -> FastAPI:
    app = FastAPI()

    @app.get("/anybody")
    async def anybody(me: Annotated[Principal, Depends(users.require())]) -> int:
        return me.user_id

    @app.get("/permission")
    async def permission(me: Annotated[Principal, Depends(users.require("users:read"))]) -> int:
        return me.user_id

    @app.get("/role", dependencies=[Depends(users.require(role="support"))])
    async def role() -> None: ...

    @app.get("/both", dependencies=[Depends(users.require("users:read", role="support"))])
    async def both() -> None: ...

    return app


@pytest.fixture
async def client(vault: FakeVault) -> AsyncIterator[AsyncClient]:
    async with (
        UserVault("http://vault", audience="uservault", transport=MockTransport(vault)) as users,
        AsyncClient(transport=ASGITransport(service(users)), base_url="http://test") as client,
    ):
        yield client


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class TestRequire:
    async def test_yields_the_principal(self, client: AsyncClient, vault: FakeVault) -> None:
        response = await client.get("/anybody", headers=bearing(vault.token()))

        assert (response.status_code, response.json()) == (200, 7)

    async def test_takes_several_spaces_before_the_token(
        self, client: AsyncClient, vault: FakeVault
    ) -> None:
        header = {"Authorization": f"Bearer   {vault.token()}"}

        assert (await client.get("/anybody", headers=header)).status_code == 200

    @pytest.mark.parametrize(
        ("path", "missing"),
        [
            ("/permission", ["users:read"]),
            ("/role", ["role support"]),
            ("/both", ["users:read", "role support"]),
        ],
    )
    async def test_lets_in_who_holds_what_it_wants(
        self, path: str, missing: list[str], client: AsyncClient, vault: FakeVault
    ) -> None:
        allowed = await client.get(path, headers=bearing(vault.token()))
        poor = vault.token(roles=["suppor"], permissions=["users:write"])
        refused = await client.get(path, headers=bearing(poor))

        assert allowed.status_code == 200
        assert refused.status_code == 403
        assert refused.json()["detail"]["code"] == "forbidden"
        assert refused.json()["detail"]["missing"] == missing

    @pytest.mark.promise("C9")
    @pytest.mark.parametrize(
        "headers",
        [
            [],
            [("Authorization", "Basic eDp5")],
            [("Authorization", "Bearer")],
            [("Authorization", "{token}")],
            [("Authorization", "Bearer {token}"), ("Authorization", "Bearer {token}")],
            [("Cookie", "access_token={token}")],
        ],
    )
    async def test_wants_one_token_in_its_header(
        self, headers: list[tuple[str, str]], client: AsyncClient, vault: FakeVault
    ) -> None:
        token = vault.token()
        sent = [(name, value.format(token=token)) for name, value in headers]

        response = await client.get("/anybody", params={"access_token": token}, headers=sent)

        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="uservault"'
        assert response.json()["detail"]["code"] == "unauthorized"

    @pytest.mark.promise("C3")
    async def test_refuses_a_token_that_is_not_good(
        self, client: AsyncClient, vault: FakeVault
    ) -> None:
        response = await client.get("/anybody", headers=bearing(vault.token(typ="refresh")))

        assert response.status_code == 401
        assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
        assert response.json()["detail"]["code"] == "invalid-token"

    async def test_says_that_it_cannot_say(self, vault: FakeVault) -> None:
        vault.down = True
        users = UserVault("http://vault", audience="uservault", transport=MockTransport(vault))

        async with (
            users,
            AsyncClient(transport=ASGITransport(service(users)), base_url="http://test") as client,
        ):
            response = await client.get("/anybody", headers=bearing(vault.token()))

        assert response.status_code == 503
        assert response.headers["Retry-After"] == "5"

    async def test_stands_in_the_description_of_the_service(self, client: AsyncClient) -> None:
        document = (await client.get("/openapi.json")).json()

        assert document["paths"]["/role"]["get"]["security"] == [{"UserVault": []}]
        assert document["components"]["securitySchemes"]["UserVault"]["scheme"] == "bearer"
