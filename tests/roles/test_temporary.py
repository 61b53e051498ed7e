"""Grants that start later, or end by themselves."""

from collections.abc import Mapping
from typing import Any

import jwt
import pytest
from httpx import AsyncClient, Response

from tests.invitations.inviting import accept, invite, token_sent
from tests.roles.granting import grant, granted, roles_of, set_roles
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person, appoint, register
from uservault.wiring.ports import Resources

FIVE = "2026-01-01T00:05:00Z"  # minutes after the beginning
TEN = "2026-01-01T00:10:00Z"
PERMISSIONS = ("users:read", "users:write")


async def put(by: Person, of: Person, *roles: str | Mapping[str, object]) -> Response:
    return await by.put(f"/users/{of.id}/roles", json={"roles": roles})


def support(**others: object) -> dict[str, object]:
    return {"role": "support"} | others


def claims(token: str) -> dict[str, Any]:
    said: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return said


pytestmark = pytest.mark.usefixtures("support_role")


@pytest.fixture
async def support_role(support: int) -> int:
    return support


class TestSetUserRoles:
    async def test_grants_for_a_time_and_records_it(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        times = {"starts_at": FIVE, "expires_at": TEN}

        response = await put(admin, ada, support(**times, reason="Holidays."))

        assert response.status_code == 200
        told = grant("support", **times, reason="Holidays.", effective=False)
        assert response.json() == {"roles": [], "permissions": [], "grants": [told]}
        assert (await ada.get(f"/users/{ada.id}/roles")).json() == response.json()
        assert (await history(resources, "type", "data", "personal"))[-1] == (
            "role.granted",
            granted("support", *PERMISSIONS, **times),
            {"reason": "Holidays."},
        )

    async def test_counts_from_its_start_until_its_end(
        self, admin: Person, ada: Person, clock: FakeClock
    ) -> None:
        await put(admin, ada, support(starts_at=FIVE, expires_at=TEN))
        seen: list[tuple[int, list[str]]] = []

        for _ in range(5):
            seen.append(((await ada.get("/users")).status_code, await roles_of(ada, ada)))
            clock.advance(minutes=2.5)

        yes = (200, ["support"])
        assert [each == yes for each in seen] == [False, False, True, True, False]
        assert seen[0] == seen[-1] == (403, [])

    async def test_keeps_the_times_of_a_role_that_is_only_named(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        await put(admin, ada, support(expires_at=TEN))
        before = await history(resources, "id")

        response = await put(admin, ada, "support")

        assert response.json()["grants"] == [grant("support", expires_at=TEN)]
        assert await history(resources, "id") == before

    async def test_changes_the_times_and_records_both(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        await put(admin, ada, support(expires_at=TEN))

        response = await put(admin, ada, support())

        assert response.json()["grants"] == [grant("support")]
        before = {"starts_at": None, "expires_at": TEN}
        assert (await history(resources, "type", "data"))[-1] == (
            "role.granted",
            granted("support", *PERMISSIONS, before=before),
        )

    async def test_grants_anew_what_is_over(
        self, admin: Person, ada: Person, clock: FakeClock, resources: Resources
    ) -> None:
        await put(admin, ada, support(expires_at=FIVE))
        clock.advance(minutes=5)

        assert await set_roles(admin, ada, "support") == 200

        assert (await ada.get("/users")).status_code == 200
        assert (await history(resources))[-2:] == ["role.expired", "role.granted"]

    @pytest.mark.parametrize(
        "times",
        [
            {"expires_at": "2026-01-01T00:00:00Z"},
            {"expires_at": "2025-12-31T23:00:00Z"},
            {"starts_at": TEN, "expires_at": TEN},
            {"starts_at": TEN, "expires_at": FIVE},
        ],
        ids=str,
    )
    async def test_refuses_an_end_that_cannot_be_meant(
        self, admin: Person, ada: Person, times: Mapping[str, str]
    ) -> None:
        response = await put(admin, ada, "admin", support(**times))

        assert response.status_code == 422
        assert response.json()["code"] == "grant-over"
        assert response.json()["errors"][0]["pointer"] == "/body/roles/1/expires_at"
        assert await roles_of(ada, ada) == []

    @pytest.mark.parametrize(
        "times",
        [
            {"starts_at": "0001-01-01T00:00:01Z", "expires_at": "9999-12-31T23:59:59.999998Z"},
            {"starts_at": "9999-12-31T23:59:59Z", "reason": "🦉" * 500},
        ],
        ids=("ever", "never"),
    )
    async def test_takes_any_time_and_any_words(
        self, admin: Person, ada: Person, times: Mapping[str, str]
    ) -> None:
        response = await put(admin, ada, support(**times))

        assert response.status_code == 200
        assert (await ada.get(f"/users/{ada.id}/roles")).json() == response.json()
        [told] = response.json()["grants"]
        assert {name: told[name] for name in times} == times
        assert await (await ada.again()).status() == 200

    @pytest.mark.promise("D3", "E1")
    @pytest.mark.parametrize(
        ("roles", "pointer"),
        [
            ([{"role": "Support"}], "/body/roles/0/role"),
            ([{}], "/body/roles/0/role"),
            (["support", {"role": "support", "expires_at": TEN}], "/body/roles"),
            ([support(expires_at=1767225600)], "/body/roles/0/expires_at"),
            ([support(expires_at="2026-01-01T00:10:00")], "/body/roles/0/expires_at"),
            ([support(starts_at="0001-01-01T00:00:00+14:00")], "/body/roles/0/starts_at"),
            ([support(starts_at="0001-01-01T00:00:00Z")], "/body/roles/0/starts_at"),
            ([support(expires_at="9999-12-31T23:59:59.999999Z")], "/body/roles/0/expires_at"),
            ([support(reason="x" * 501)], "/body/roles/0/reason"),
            ([support(reason="\0")], "/body/roles/0/reason"),
            ([support(granted_by=1)], "/body/roles/0/granted_by"),
            ([["support"]], "/body/roles/0"),
        ],
        ids=lambda value: str(value)[:60],
    )
    async def test_says_what_is_wrong(
        self, admin: Person, ada: Person, roles: list[Any], pointer: str
    ) -> None:
        response = await put(admin, ada, *roles)

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == pointer

    async def test_lets_nobody_prolong_what_they_do_not_hold(
        self, admin: Person, chief: Person, ada: Person
    ) -> None:
        await put(admin, ada, support(expires_at=TEN))

        assert (await put(chief, ada, support())).json()["missing"] == ["users:write"]
        assert (await put(chief, ada, "support")).status_code == 200  # which changes nothing


class TestAccessTokens:
    async def test_live_no_longer_than_a_role_that_they_name(
        self, admin: Person, ada: Person
    ) -> None:
        await admin.post("/roles", json={"name": "audit", "permissions": ["audit:read"]})
        later = {"role": "audit", "starts_at": FIVE}
        await put(admin, ada, support(expires_at="2026-01-01T00:01:30.5Z"), later)

        again = await ada.again()

        said = claims(again.token)
        assert said["exp"] - said["iat"] == 90
        assert (said["roles"], said["permissions"]) == (["support"], list(PERMISSIONS))

    async def test_name_nothing_in_the_last_second(
        self, admin: Person, ada: Person, clock: FakeClock
    ) -> None:
        await put(admin, ada, support(expires_at=FIVE))
        clock.advance(minutes=5, seconds=-0.5)

        refreshed = await ada.client.post("/refresh", json={"refresh_token": ada.refresh_token})

        assert refreshed.json()["expires_in"] == 1
        said = claims(refreshed.json()["access_token"])
        assert (said["roles"], said["permissions"], said["exp"] - said["iat"]) == ([], [], 1)

    async def test_live_as_long_as_ever_when_it_is_over(
        self, admin: Person, ada: Person, clock: FakeClock
    ) -> None:
        usual = claims(ada.token)
        await put(admin, ada, support(expires_at=FIVE))
        clock.advance(minutes=5)

        said = claims((await ada.again()).token)

        assert said["exp"] - said["iat"] == usual["exp"] - usual["iat"]
        assert said["roles"] == []


@pytest.mark.promise("I9")
async def test_nobody_takes_over_who_will_be_mightier(admin: Person, ada: Person) -> None:
    helper = await appoint(admin, "helper", *PERMISSIONS)
    await put(admin, ada, {"role": "admin", "starts_at": FIVE})

    response = await helper.patch(f"/users/{ada.id}", json={"email": "helper@example.com"})

    assert response.status_code == 403
    assert "roles:write" in response.json()["missing"]


@pytest.mark.promise("I9")
@pytest.mark.parametrize("minutes", [5, 10], ids=("for_a_time", "over"))
async def test_an_invitation_is_worth_what_its_sender_is_worth_then(
    admin: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources, minutes: int
) -> None:
    bob = await register(anyone, "bob")
    await set_roles(admin, bob, "admin")
    await invite(bob, "ida@example.com", "support")
    token = await token_sent(resources)
    await put(admin, bob, {"role": "admin", "expires_at": TEN})
    clock.advance(minutes=minutes)

    response = await accept(anyone, token, "ida")

    assert (response.status_code, response.json()["code"]) == (404, "invitation-not-found")


async def test_a_role_by_invitation_says_who_gave_it(
    admin: Person, anyone: AsyncClient, resources: Resources
) -> None:
    await invite(admin, "ida@example.com", "support")

    await accept(anyone, await token_sent(resources), "ida")

    assert ("role.granted", None, granted("support", *PERMISSIONS, granted_by=admin.id)) in (
        await history(resources, "type", "actor_id", "data")
    )
