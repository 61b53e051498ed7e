"""Whoever has rights for a time gives nothing that lasts longer, and keeps nothing longer."""

from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.roles.granting import grant, roles_of, set_roles
from tests.support.fakes import FakeClock
from tests.support.people import Person, appoint

pytestmark = [pytest.mark.promise("I9"), pytest.mark.usefixtures("support")]
FIVE = "2026-01-01T00:05:00Z"  # minutes after the beginning
TEN = "2026-01-01T00:10:00Z"


def until(role: str, end: str | None, **others: object) -> dict[str, Any]:
    return {"role": role, "expires_at": end} | others


async def put(by: Person, of: Person, *roles: str | dict[str, Any]) -> Response:
    return await by.put(f"/users/{of.id}/roles", json={"roles": roles})


def ensure_refused(response: Response, missing: str) -> None:
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    assert "only for a time" in response.json()["detail"]
    assert missing in response.json()["missing"]


@pytest.fixture
async def deputy(admin: Person, ada: Person) -> Person:
    """An administrator until FIVE."""
    assert (await put(admin, ada, until("admin", FIVE))).status_code == 200
    return ada


@pytest.fixture
async def eve(admin: Person) -> Person:
    return await appoint(admin, "eve", "audit:read")


class TestSetUserRoles:
    @pytest.mark.parametrize(
        "wanted",
        [
            until("admin", None),
            until("admin", TEN),
            until("admin", "2026-01-01T00:05:00.000001Z"),
            until("admin", None, starts_at=TEN),
        ],
        ids=str,
    )
    async def test_lengthens_nobodys_own_grant(
        self, deputy: Person, clock: FakeClock, wanted: dict[str, Any]
    ) -> None:
        ensure_refused(await put(deputy, deputy, wanted), "roles:write")

        clock.advance(minutes=5)
        assert await roles_of(deputy, deputy) == []

    async def test_shortens_ones_own_grant(self, deputy: Person) -> None:
        sooner = until("admin", "2026-01-01T00:04:00Z")

        assert (await put(deputy, deputy, sooner)).json()["grants"] == [grant(**sooner)]

    @pytest.mark.parametrize(
        ("end", "status"), [(FIVE, 200), (TEN, 403), (None, 403)], ids=("same", "later", "never")
    )
    async def test_gives_others_nothing_for_longer(
        self, deputy: Person, eve: Person, end: str | None, status: int
    ) -> None:
        response = await put(deputy, eve, "eve", until("support", end))

        assert response.status_code == status

    async def test_counts_each_permission_until_its_own_end(
        self, admin: Person, eve: Person
    ) -> None:
        chief = await appoint(admin, "chief", "roles:write", "users:read", "users:write")
        await put(admin, chief, "chief", until("admin", FIVE))

        assert (await put(chief, eve, "eve", "support")).status_code == 200
        ensure_refused(await put(chief, eve, "eve", until("admin", None)), "audit:read")

    async def test_takes_away_what_lasts(self, admin: Person, deputy: Person, eve: Person) -> None:
        await set_roles(admin, eve, "support")

        assert await set_roles(deputy, eve) == 200


class TestRoles:
    async def test_are_not_defined_by_somebody_for_a_time(
        self, deputy: Person, support: int
    ) -> None:
        path, more = f"/roles/{support}", {"permissions": ["audit:read"]}

        ensure_refused(await deputy.post("/roles", json={"name": "mine"} | more), "audit:read")
        ensure_refused(await deputy.post("/roles", json={"name": "mine"}), "roles:write")
        ensure_refused(await deputy.patch(path, json=more), "audit:read")
        ensure_refused(await deputy.patch(path, json={"name": "mine"}), "roles:write")
        ensure_refused(await deputy.delete(path), "users:write")

    async def test_get_no_permission_that_their_maker_has_for_a_time(
        self, admin: Person, deputy: Person
    ) -> None:
        chief = await appoint(admin, "chief", "roles:write", "roles:read")
        id = (await admin.get("/roles")).json()[-1]["id"]
        await put(admin, chief, "chief", until("support", FIVE))

        more = {"permissions": ["roles:write", "roles:read", "users:write"]}

        ensure_refused(await chief.patch(f"/roles/{id}", json=more), "users:write")


async def test_nobody_takes_over_somebody_who_is_mightier_for_longer(
    admin: Person, deputy: Person, eve: Person
) -> None:
    mine = {"email": "deputy@example.com"}

    ensure_refused(await deputy.patch(f"/users/{admin.id}", json=mine), "roles:write")
    ensure_refused(await deputy.patch(f"/users/{eve.id}", json=mine), "audit:read")
    await put(admin, eve, until("eve", FIVE))
    assert (await deputy.patch(f"/users/{eve.id}", json=mine)).status_code == 200


async def test_an_invitation_to_a_role_is_not_for_somebody_for_a_time(
    deputy: Person, anyone: AsyncClient
) -> None:
    wanted = {"email": "ida@example.com", "roles": ["support"]}

    ensure_refused(await deputy.post("/invitations", json=wanted), "users:write")
    assert (await deputy.post("/invitations", json=wanted | {"roles": []})).status_code == 201
