from datetime import timedelta

import pytest
from httpx import AsyncClient
from sqlalchemy import update

from tests.support.fakes import FakeClock
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
            "last_login_at": "2026-01-01T00:00:00Z",
            "external_id": None,
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

    async def test_shows_users_as_they_are_shown_alone(
        self, admin: Person, ada: Person, resources: Resources, clock: FakeClock
    ) -> None:
        spam = {"reason": "Spam\n\u2028 “é” 𝄞 \\"}
        soon = {"until": (clock() + timedelta(minutes=2)).isoformat()}
        inactive, lapsed = [await register(ada.client, name) for name in ("bea", "cyd")]
        await admin.post(f"/users/{inactive.id}/deactivate", json=spam)
        await admin.post(f"/users/{lapsed.id}/deactivate", json=spam | soon)
        async with unit_of_work(resources.database) as session:
            known = {"email_verified_at": clock(), "locale": "de-AT"}
            await session.execute(update(User).where(User.id == ada.id).values(known))
        clock.advance(minutes=3)

        page = await admin.get("/users")

        alone = [(await admin.get(f"/users/{user['id']}")).text for user in page.json()]
        assert page.text == f"[{','.join(alone)}]"
        assert [user["is_active"] for user in page.json()] == [True, True, False, True]

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


@pytest.mark.promise("C6")
async def test_a_deactivated_users_token_is_refused_at_once(
    ada: Person, resources: Resources
) -> None:
    await ada.get(f"/users/{ada.id}")

    async with unit_of_work(resources.database) as session:
        await session.execute(update(User).where(User.id == ada.id).values(is_active=False))

    assert (await ada.get(f"/users/{ada.id}")).status_code == 401
