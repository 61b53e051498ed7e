import asyncio

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from tests.support.fakes import FakeClock
from tests.support.history import SAME, history
from tests.support.people import Person, register
from uservault.db.unit_of_work import unit_of_work
from uservault.users.models import User
from uservault.wiring.ports import Resources

ODD_IDS = ["0", "01", "+1", "-1", "1_0", "%31%00", "1.0", "x", "9" * 19, "9" * 4301, "١", "1 "]


class TestGetUser:
    async def test_shows_oneself(self, ada: Person) -> None:
        response = await ada.get(f"/users/{ada.id}")

        assert response.status_code == 200
        assert response.json() == {
            "id": ada.id,
            "username": "ada",
            "email": "ada@example.com",
            "email_verified": False,
            "locale": None,
            "is_active": True,
            "inactive_until": None,
            "inactive_reason": None,
            "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
        }

    async def test_shows_anybody_to_an_administrator(self, admin: Person, ada: Person) -> None:
        response = await admin.get(f"/users/{ada.id}")

        assert response.json()["username"] == "ada"

    @pytest.mark.promise("D8")
    async def test_shows_nobody_else_to_an_ordinary_user(self, admin: Person, ada: Person) -> None:
        response = await ada.get(f"/users/{admin.id}")

        assert response.status_code == 403
        assert response.json()["missing"] == ["users:read"]

    async def test_asks_who_is_calling(self, anyone: AsyncClient, ada: Person) -> None:
        response = await anyone.get(f"/users/{ada.id}")

        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")

    @pytest.mark.promise("E6")
    @pytest.mark.parametrize("id", ODD_IDS, ids=lambda id: id[:20])
    async def test_knows_each_user_by_one_address(self, admin: Person, id: str) -> None:
        response = await admin.get(f"/users/{id}")

        assert response.status_code == 404

    async def test_knows_no_user_that_does_not_exist(self, admin: Person) -> None:
        response = await admin.get("/users/99")

        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "user-not-found"
        assert response.json()["request_id"] == response.headers["X-Request-ID"]

    async def test_tags_the_version(self, ada: Person) -> None:
        before = await ada.get(f"/users/{ada.id}")
        await ada.put(f"/users/{ada.id}", json={"username": "lovelace"})
        after = await ada.get(f"/users/{ada.id}")

        assert before.headers["ETag"] == '"1"'
        assert after.headers["ETag"] == '"2"'


class TestListUsers:
    async def test_is_a_plain_array_in_order_of_ids(self, admin: Person, ada: Person) -> None:
        response = await admin.get("/users")

        assert [user["username"] for user in response.json()] == ["root", "ada"]
        assert "Link" not in response.headers

    async def test_goes_on_where_the_last_page_ended(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        await register(anyone, "bob")

        pages = [await admin.get("/users", params={"limit": 1})]
        while "next" in pages[-1].links:
            pages.append(await admin.get(pages[-1].links["next"]["url"].removeprefix("/api")))

        assert [user["username"] for page in pages for user in page.json()] == [
            "root",
            "ada",
            "bob",
        ]
        assert pages[0].links["next"]["url"].startswith("/api/users?")

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=201", "limit=x", "cursor=", "cursor=-1", "page=2", "Limit=1"]
    )
    async def test_refuses_what_it_does_not_understand(self, admin: Person, query: str) -> None:
        response = await admin.get(f"/users?{query}")

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"].startswith("/query/")

    @pytest.mark.promise("D5")
    async def test_is_for_administrators(self, ada: Person) -> None:
        assert (await ada.get("/users")).status_code == 403

    @pytest.mark.promise("D6")
    async def test_tells_a_stranger_nothing(self, anyone: AsyncClient, admin: Person) -> None:
        await admin.get("/users")

        response = await anyone.get("/users")

        assert response.status_code == 401
        assert response.headers["Cache-Control"] == "no-store"


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
            ('W/"1"', 412),
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


@pytest.mark.promise("C6")
async def test_a_deactivated_users_token_is_refused_at_once(
    ada: Person, resources: Resources
) -> None:
    await ada.get(f"/users/{ada.id}")

    async with unit_of_work(resources.database) as session:
        await session.execute(update(User).where(User.id == ada.id).values(is_active=False))

    assert (await ada.get(f"/users/{ada.id}")).status_code == 401
