"""Who is throttled, and lifting it; with counters in memory and in Redis."""

from dataclasses import replace
from typing import Any

import pytest
from httpx import AsyncClient

from tests.support.history import history
from tests.support.people import PASSWORD, Person, appoint
from uservault.wiring.ports import Resources

HERE = "127.0.0.1"


async def fail(client: AsyncClient, times: int, name: str = "ada") -> None:
    for _ in range(times):
        await client.post("/login", json={"username": name, "password": "wrong"})


async def log_in(client: AsyncClient) -> int:
    right = {"username": "ada", "password": PASSWORD}
    return (await client.post("/login", json=right)).status_code


def shown(listed: list[dict[str, Any]]) -> list[tuple[str, str | None, int, int]]:
    return [(each["kind"], each["name"], each["used"], each["limit"]) for each in listed]


@pytest.fixture
def boss(admin: Person, counting: AsyncClient) -> Person:
    """The administrator, at the service whose counters are real."""
    return replace(admin, client=counting)


class TestList:
    async def test_shows_what_counts_against_a_user(
        self, ada: Person, boss: Person, counting: AsyncClient
    ) -> None:
        await fail(counting, 2)
        await fail(counting, 1, "ada@example.com")

        response = await boss.get(f"/throttles?user_id={ada.id}")

        assert response.status_code == 200
        assert shown(response.json()) == [
            ("login-anywhere", None, 3, 60),
            ("login-anywhere", "ada", 2, 60),
            ("login-anywhere", "ada@example.com", 1, 60),
        ]

    async def test_shows_the_user_at_a_client_and_the_client(
        self, ada: Person, boss: Person, counting: AsyncClient
    ) -> None:
        await fail(counting, 12)

        response = await boss.get(f"/throttles?user_id={ada.id}&client={HERE}")

        assert shown(response.json()) == [
            ("login-anywhere", None, 10, 60),
            ("login", None, 10, 10),
            ("login-anywhere", "ada", 10, 60),
            ("login", "ada", 12, 10),
            ("login-client", None, 12, 100),
        ]

    async def test_shows_what_a_user_does_themselves(
        self, ada: Person, admin: Person, anyone: AsyncClient
    ) -> None:
        await ada.post("/me/reauthenticate", json={"password": "wrong"})
        await anyone.post("/account/forgot-password", json={"email": "Ada@Example.com"})

        response = await admin.get(f"/throttles?user_id={ada.id}")

        assert shown(response.json()) == [
            ("current-password", None, 1, 10),
            ("letters-address", "ada@example.com", 1, 5),
        ]
        ends = [each["ends_at"] for each in response.json()]
        assert ends == ["2026-01-01T00:01:00Z", "2026-01-01T01:00:00Z"]

    async def test_shows_a_client_alone(self, ada: Person, admin: Person) -> None:
        response = await admin.get(f"/throttles?client={HERE}")

        assert shown(response.json()) == [("register", None, 2, 100)]

    @pytest.mark.promise("I6")
    async def test_takes_a_network_for_its_addresses(self, admin: Person) -> None:
        for client in ("2001:db8::1", "2001:db8::/64"):
            assert (await admin.get(f"/throttles?client={client}")).json() == []

    @pytest.mark.parametrize(
        "query", ["", "?user_id=0", "?client=localhost", "?client=ada@example.com", "?email=x"]
    )
    async def test_wants_to_know_whose(self, admin: Person, query: str) -> None:
        assert (await admin.get(f"/throttles{query}")).status_code == 422

    async def test_knows_who_is_nobody(self, admin: Person) -> None:
        response = await admin.get("/throttles?user_id=99")

        assert (response.status_code, response.json()["code"]) == (404, "user-not-found")

    @pytest.mark.promise("D1")
    async def test_is_for_who_may_read_the_record(self, ada: Person, admin: Person) -> None:
        auditor = await appoint(admin, "auditor", "audit:read")

        assert (await ada.get(f"/throttles?user_id={ada.id}")).status_code == 403
        assert (await auditor.get(f"/throttles?user_id={ada.id}")).status_code == 200


class TestLift:
    async def test_lets_a_user_in_at_once(
        self, ada: Person, boss: Person, counting: AsyncClient
    ) -> None:
        await fail(counting, 12)
        before = await log_in(counting)

        response = await boss.delete(f"/throttles?user_id={ada.id}&client={HERE}")

        assert (response.status_code, before) == (200, 429)
        assert await log_in(counting) == 200

    async def test_lifts_what_holds_everywhere(
        self, ada: Person, boss: Person, counting: AsyncClient
    ) -> None:
        await fail(counting, 3)

        await boss.delete(f"/throttles?user_id={ada.id}")

        left = await boss.get(f"/throttles?user_id={ada.id}&client={HERE}")
        assert [each["kind"] for each in left.json()] == ["login", "login", "login-client"]

    async def test_lifts_wrong_codes_of_a_client(self, boss: Person, counting: AsyncClient) -> None:
        guess = {"email": "nobody@example.com", "code": "123456"}
        await counting.post("/account/verify-email", json=guess)

        shown = (await boss.get(f"/throttles?client={HERE}")).json()
        await boss.delete(f"/throttles?client={HERE}")

        assert [(each["kind"], each["used"]) for each in shown] == [("code-client", 1)]
        assert (await boss.get(f"/throttles?client={HERE}")).json() == []

    async def test_lifts_a_client_s(self, boss: Person, counting: AsyncClient) -> None:
        for number in range(101):
            await fail(counting, 1, f"name{number}")

        await boss.delete(f"/throttles?client={HERE}")

        assert (await boss.get(f"/throttles?client={HERE}")).json() == []

    @pytest.mark.promise("G3")
    async def test_is_recorded(self, ada: Person, admin: Person, resources: Resources) -> None:
        await admin.delete(f"/throttles?user_id={ada.id}&client={HERE}")

        await admin.delete("/throttles?client=fe80::1%25anything")

        columns = ("type", "actor_id", "subject_id", "data", "personal")
        assert (await history(resources, *columns))[-2:] == [
            ("throttles.lifted", admin.id, ada.id, {}, {"client": HERE}),
            ("throttles.lifted", admin.id, None, {}, {"client": "fe80::/64"}),
        ]

    @pytest.mark.promise("D1")
    async def test_is_for_who_may_change_users(self, ada: Person, admin: Person) -> None:
        clerk = await appoint(admin, "clerk", "users:write")

        assert (await ada.delete(f"/throttles?user_id={ada.id}")).status_code == 403
        assert (await clerk.delete(f"/throttles?user_id={ada.id}")).status_code == 200

    @pytest.mark.promise("I9")
    async def test_helps_nobody_to_guess_the_password_of_the_mightier(self, admin: Person) -> None:
        clerk = await appoint(admin, "clerk", "users:write")

        response = await clerk.delete(f"/throttles?user_id={admin.id}")

        assert (response.status_code, response.json()["code"]) == (403, "forbidden")

    async def test_knows_who_is_nobody(self, admin: Person) -> None:
        assert (await admin.delete("/throttles?user_id=99")).status_code == 404
