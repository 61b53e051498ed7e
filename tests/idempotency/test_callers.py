"""An Idempotency-Key is its caller's own, and the guard comes first."""

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from tests.idempotency.keys import REPLAYED, keyed
from tests.support.people import Person, appoint, registration

ROLE = {"name": "clerk", "permissions": ["roles:write"]}


@pytest.fixture
async def maker(admin: Person) -> Person:
    return await appoint(admin, "maker", "roles:write")


class TestCallers:
    @pytest.mark.promise("H8", "D1")
    async def test_never_get_another_ones_answer(self, admin: Person, maker: Person) -> None:
        await admin.post("/roles", json=ROLE, headers=keyed())

        response = await maker.post("/roles", json=ROLE, headers=keyed())
        other = await maker.post("/roles", json=ROLE | {"name": "other"}, headers=keyed())

        assert (response.status_code, response.json()["code"]) == (409, "role-name-taken")
        assert (other.status_code, other.headers.get(REPLAYED)) == (201, None)

    @pytest.mark.promise("H8", "D1")
    async def test_get_none_without_a_token(self, admin: Person, anyone: AsyncClient) -> None:
        await admin.post("/roles", json=ROLE, headers=keyed())

        without = await anyone.post("/roles", json=ROLE, headers=keyed())
        forged = await anyone.post(
            "/roles", json=ROLE, headers=keyed() | {"Authorization": "Bearer x"}
        )

        assert (without.status_code, forged.status_code) == (401, 401)

    @pytest.mark.promise("H8", "D2")
    async def test_get_none_once_their_permission_is_taken(
        self, admin: Person, maker: Person
    ) -> None:
        first = await maker.post("/roles", json=ROLE, headers=keyed())
        await admin.put(f"/users/{maker.id}/roles", json={"roles": []})

        second = await maker.post("/roles", json=ROLE, headers=keyed())

        assert (first.status_code, second.status_code) == (201, 403)
        assert second.json()["missing"] == ["roles:write"]

    async def test_keep_theirs_in_another_session(self, admin: Person) -> None:
        await admin.post("/roles", json=ROLE, headers=keyed())

        second = await (await admin.again()).post("/roles", json=ROLE, headers=keyed())

        assert (second.status_code, second.headers[REPLAYED]) == (201, "true")


class TestStrangers:
    @pytest.mark.promise("H8")
    async def test_of_another_network_get_no_answer(
        self, admin: Person, anyone: AsyncClient, app: FastAPI
    ) -> None:
        await anyone.post("/users", json=registration("eve"), headers=keyed())
        transport = ASGITransport(app, client=("203.0.113.9", 1))
        async with AsyncClient(transport=transport, base_url="http://test/api") as far:
            response = await far.post("/users", json=registration("eve"), headers=keyed())

        assert (response.status_code, REPLAYED in response.headers) == (409, False)

    async def test_have_keys_for_each_path(self, admin: Person, anyone: AsyncClient) -> None:
        given = {"email": "ada@example.com"}
        await anyone.post("/account/forgot-password", json=given, headers=keyed())

        response = await anyone.post("/account/resend-verification", json=given, headers=keyed())

        assert (response.status_code, REPLAYED in response.headers) == (202, False)
