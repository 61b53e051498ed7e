"""Tokens for other services, which are worth nothing at UserVault."""

from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response

from tests.support import databases
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person, appoint
from tests.support.surface import OPERATIONS, example_of
from uservault.access.guard import TOKEN_EXCHANGE
from uservault.settings.tree import Settings
from uservault.web.optional_security import needs_credential
from uservault.wiring.ports import Resources

ACCESS = "urn:ietf:params:oauth:token-type:access_token"
FOR_ORDERS = {"audience": "orders"}


@pytest.fixture
def settings(database_url: str) -> Settings:
    tokens = {"audiences": "orders, https://shop.example", "exchanged_lifetime": 120}
    return databases.settings_for(database_url, log={"file": None}, tokens=tokens)


async def exchanged(person: Person, **wanted: Any) -> str:
    response = await person.post("/me/tokens", json=FOR_ORDERS | wanted)
    token: str = response.json()["access_token"]
    return token


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


async def by_form(client: AsyncClient, token: str, **others: str) -> Response:
    form = {"grant_type": TOKEN_EXCHANGE, "subject_token": token, "subject_token_type": ACCESS}
    return await client.post("/token", data=form | FOR_ORDERS | others)


@pytest.mark.promise("I2")
class TestExchangeToken:
    async def test_gives_a_short_token_for_the_service(
        self, admin: Person, clock: FakeClock
    ) -> None:
        clerk = await appoint(admin, "clerk", "users:read", "audit:read")
        clerk = await clerk.again()
        own = claims_of(clerk.token)
        clock.advance(seconds=30)

        response = await clerk.post("/me/tokens", json=FOR_ORDERS)

        body = response.json()
        token = body.pop("access_token")
        assert (response.status_code, body) == (
            200,
            {
                "issued_token_type": ACCESS,
                "token_type": "bearer",
                "expires_in": 120,
                "scope": "audit:read users:read",
            },
        )
        claims = claims_of(token)
        kept = ("iss", "sub", "sid", "typ", "auth_time", "amr", "roles", "permissions")
        assert {name: claims[name] for name in kept} == {name: own[name] for name in kept}
        assert claims["aud"] == "orders"
        assert claims["iat"] == own["iat"] + 30
        assert claims["exp"] == claims["iat"] + 120
        assert claims["jti"] != own["jti"]
        assert response.headers["Cache-Control"] == "no-store"

    async def test_ends_with_the_session(self, ada: Person, clock: FakeClock) -> None:
        for _ in range(5):  # of the thirty days
            clock.advance(seconds=86400 * 6 - 6)
            answer = await ada.client.post("/refresh", json={"refresh_token": ada.refresh_token})
            ada.token, ada.refresh_token = (
                answer.json()[name] for name in ("access_token", "refresh_token")
            )
            await ada.get("/me")

        response = await ada.post("/me/tokens", json=FOR_ORDERS)

        assert response.json()["expires_in"] == 30

    async def test_holds_no_more_than_is_asked_for(self, admin: Person) -> None:
        some = claims_of(await exchanged(admin, permissions=["users:read"]))
        none = claims_of(await exchanged(admin, permissions=[]))

        assert some["permissions"] == ["users:read"]
        assert none["permissions"] == []

    async def test_gives_no_permission_that_is_not_held(self, admin: Person) -> None:
        clerk = await appoint(admin, "clerk", "users:read")
        wanted = FOR_ORDERS | {"permissions": ["users:write", "users:read", "orders:read"]}

        response = await clerk.post("/me/tokens", json=wanted)

        assert response.status_code == 403
        assert response.json()["code"] == "forbidden"
        assert response.json()["missing"] == ["orders:read", "users:write"]

    @pytest.mark.parametrize("audience", ["uservault", "Orders", "orders ", "shop", "", "*"])
    async def test_is_for_services_that_are_listed(self, ada: Person, audience: str) -> None:
        response = await ada.post("/me/tokens", json={"audience": audience})

        assert response.status_code == 400
        assert response.json()["code"] == "invalid-target"

    async def test_takes_a_url_for_an_audience(self, ada: Person) -> None:
        token = await exchanged(ada, audience="https://shop.example")

        assert claims_of(token)["aud"] == "https://shop.example"

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"audience": None}, "audience"),
            ({"audience": ["orders"]}, "audience"),
            ({"permissions": ["users:\0"]}, "permissions/0"),
            ({"permissions": "users:read"}, "permissions"),
            ({"permissions": ["users:read"] * 201}, "permissions"),
            ({"lifetime": 10**6}, "lifetime"),
        ],
        ids=lambda value: ascii(value)[:40],
    )
    async def test_says_what_is_wrong(
        self, ada: Person, wrong: dict[str, Any], pointer: str
    ) -> None:
        response = await ada.post("/me/tokens", json=FOR_ORDERS | wrong)

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == f"/body/{pointer}"

    @pytest.mark.promise("G1")
    async def test_is_recorded_without_the_token(self, ada: Person, resources: Resources) -> None:
        token = await exchanged(ada)

        kind, actor, subject, data = (
            await history(resources, "type", "actor_id", "subject_id", "data")
        )[-1]
        assert (kind, actor, subject) == ("token.exchanged", ada.id, ada.id)
        session = int(claims_of(token)["sid"])
        assert data == {"session": session, "audience": "orders", "permissions": []}

    async def test_wants_a_live_session(self, ada: Person, anyone: AsyncClient) -> None:
        await ada.post("/logout")

        assert (await ada.post("/me/tokens", json=FOR_ORDERS)).status_code == 401
        assert (await anyone.post("/me/tokens", json=FOR_ORDERS)).status_code == 401


@pytest.mark.promise("I2")
class TestGrant:
    async def test_is_the_exchange_of_rfc_8693(
        self, admin: Person, resources: Resources, anyone: AsyncClient
    ) -> None:
        response = await by_form(anyone, admin.token, scope="users:read mail:read")

        body = response.json()
        assert response.status_code == 200
        assert body["issued_token_type"] == ACCESS
        assert body["scope"] == "mail:read users:read"
        assert "refresh_token" not in body
        claims = claims_of(body["access_token"])
        assert (claims["aud"], claims["sub"]) == ("orders", str(admin.id))
        assert claims["roles"] == []  # it was asked for two permissions, not for what a role says
        last = (await history(resources, "type", "actor_id", "subject_id"))[-1]
        assert last == ("token.exchanged", admin.id, admin.id)

    @pytest.mark.parametrize(
        ("others", "status", "code"),
        [
            ({"audience": "shop"}, 400, "invalid-target"),
            ({"audience": ""}, 400, "invalid-target"),
            ({"audience": "uservault"}, 400, "invalid-target"),
            ({"scope": "users:read"}, 400, "forbidden"),
            ({"scope": "\x00 \u202e"}, 400, "forbidden"),
            ({"subject_token": ""}, 400, "subject-token-refused"),
            ({"subject_token": "a.b.c"}, 400, "subject-token-refused"),
            ({"subject_token_type": ""}, 400, "subject-token-refused"),
            ({"subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}, 400, "invalid"),
            ({"requested_token_type": "urn:ietf:params:oauth:token-type:jwt"}, 400, "invalid"),
        ],
        ids=lambda value: ascii(value)[:50],
    )
    async def test_says_why_not(
        self, ada: Person, anyone: AsyncClient, others: dict[str, str], status: int, code: str
    ) -> None:
        response = await by_form(anyone, ada.token, **others)

        assert (response.status_code, response.json()["code"]) == (status, code)

    async def test_takes_no_refresh_token(self, ada: Person, anyone: AsyncClient) -> None:
        assert (await by_form(anyone, ada.refresh_token)).status_code == 400

    async def test_takes_no_token_of_a_session_that_ended(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        await ada.post("/logout")

        assert (await by_form(anyone, ada.token)).status_code == 400


@pytest.mark.promise("I2", "C3")
class TestExchangedToken:
    async def test_opens_no_door_of_ours(self, app: FastAPI, admin: Person) -> None:
        headers = {"Authorization": f"Bearer {await exchanged(admin)}"}
        guarded = [each for each in OPERATIONS if needs_credential(each[2])]
        url = "http://test"

        async with AsyncClient(transport=ASGITransport(app), base_url=url) as client:
            for method, path, _ in guarded:
                response = await client.request(method, example_of(path), headers=headers)

                assert response.status_code == 401, path
                assert response.json()["code"] == "invalid-token"
        assert len(guarded) > 40
        assert await admin.status() == 200

    async def test_is_not_exchanged_again(self, admin: Person, anyone: AsyncClient) -> None:
        token = await exchanged(admin)

        refreshed = await anyone.post("/refresh", json={"refresh_token": token})
        response = await by_form(anyone, token)

        assert (response.status_code, response.json()["code"]) == (400, "subject-token-refused")
        assert refreshed.status_code == 401
