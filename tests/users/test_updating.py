import asyncio

import pytest

from tests.support.fakes import FakeClock
from tests.support.history import SAME, history
from tests.support.people import Person
from uservault.wiring.ports import Resources


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
class TestUpdateUser:
    async def test_changes_what_is_sent_and_keeps_the_rest(
        self, ada: Person, clock: FakeClock, resources: Resources, method: str
    ) -> None:
        clock.advance(minutes=5)

        response = await ada.ask(method, f"/users/{ada.id}", json={"email": "Ada@Example.org"})

        assert response.json()["username"] == "ada"
        assert response.json()["email"] == "Ada@example.org"
        assert response.json()["updated_at"] == "2026-01-01T00:05:00Z"
        assert response.json() == (await ada.get(f"/users/{ada.id}")).json()
        last = (await history(resources, "type", "actor_id", "subject_id", "data"))[-1]
        assert last == ("user.updated", ada.id, ada.id, {"changed": ["email"]} | SAME)

    async def test_changes_nothing_if_nothing_is_new(
        self, ada: Person, clock: FakeClock, resources: Resources, method: str
    ) -> None:
        before = await ada.get(f"/users/{ada.id}")
        clock.advance(minutes=5)

        response = await ada.ask(method, f"/users/{ada.id}", json={"username": "ada"})

        assert response.json() == before.json()
        assert response.headers["ETag"] == before.headers["ETag"]
        assert "user.updated" not in await history(resources)

    async def test_may_change_the_case_of_ones_own_name(self, ada: Person, method: str) -> None:
        response = await ada.ask(method, f"/users/{ada.id}", json={"username": "Ada"})

        assert response.json()["username"] == "Ada"

    @pytest.mark.parametrize(
        ("taken", "code"),
        [({"username": "ROOT"}, "username-taken"), ({"email": "ROOT@Example.com"}, "email-taken")],
    )
    async def test_refuses_what_is_taken_in_another_case(
        self, ada: Person, method: str, taken: dict[str, str], code: str
    ) -> None:
        response = await ada.ask(method, f"/users/{ada.id}", json=taken)

        assert response.status_code == 409
        assert response.json()["code"] == code
        assert (await ada.get(f"/users/{ada.id}")).json()["username"] == "ada"

    @pytest.mark.promise("D3", "E1")
    @pytest.mark.parametrize(
        "wrong",
        [{"id": 9}, {"is_active": False}, {"version": 7}, {"username": None}, {"email": None}],
        ids=str,
    )
    async def test_takes_no_other_fields_and_no_null(
        self, ada: Person, method: str, wrong: dict[str, object]
    ) -> None:
        response = await ada.ask(method, f"/users/{ada.id}", json=wrong)

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == f"/body/{next(iter(wrong))}"

    @pytest.mark.promise("D1")
    async def test_is_not_for_others(self, admin: Person, ada: Person, method: str) -> None:
        response = await ada.ask(method, f"/users/{admin.id}", json={"nonsense": 1})

        assert response.status_code == 403

    async def test_lets_an_administrator(self, admin: Person, ada: Person, method: str) -> None:
        response = await admin.ask(method, f"/users/{ada.id}", json={"username": "countess"})

        assert response.json()["username"] == "countess"

    async def test_knows_no_user_that_does_not_exist(self, admin: Person, method: str) -> None:
        assert (await admin.ask(method, "/users/99", json={})).status_code == 404

    @pytest.mark.promise("F7")
    @pytest.mark.parametrize(
        ("header", "status"),
        [
            ('"1"', 200),
            ("*", 200),
            ('"7", "1"', 200),
            ('"2"', 412),
            ('W/"1"', 200),  # as nginx hands a tag out
            ("1", 412),
            ("", 412),
        ],
    )
    async def test_honours_if_match(
        self, ada: Person, method: str, header: str, status: int
    ) -> None:
        response = await ada.ask(
            method, f"/users/{ada.id}", json={"username": "new"}, headers={"If-Match": header}
        )

        assert response.status_code == status


class TestConcurrentUpdates:
    @pytest.mark.promise("F7")
    async def test_of_one_version_one_wins(self, ada: Person) -> None:
        tries = [
            ada.put(f"/users/{ada.id}", json={"username": f"ada{n}"}, headers={"If-Match": '"1"'})
            for n in range(20)
        ]

        statuses = sorted(response.status_code for response in await asyncio.gather(*tries))

        assert statuses == [200] + [412] * 19

    async def test_are_all_counted(self, ada: Person) -> None:
        tries = [ada.put(f"/users/{ada.id}", json={"username": f"ada{n}"}) for n in range(20)]

        responses = await asyncio.gather(*tries)

        assert {response.status_code for response in responses} == {200}
        assert (await ada.get(f"/users/{ada.id}")).headers["ETag"] == '"21"'
