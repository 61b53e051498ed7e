from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.support.fakes import FakeClock
from tests.support.people import Person, login
from tests.transfer.test_import import ndjson, results, row

# Five people, who differ in all that can be asked. `root`, who asks, is the sixth.
PEOPLE: Sequence[Mapping[str, Any]] = (
    row("Ada", email_verified=True, created_at="2020-01-01T00:00:00Z", external_id="a_1"),
    row("bob", is_active=False, created_at="2019-01-01T00:00:00Z", external_id="A_1"),
    row("carol", last_login_at="2021-05-01T00:00:00Z", roles=["support"]),
    row("dan", last_login_at="2020-05-01T00:00:00Z", created_at="2020-01-01T00:00:00Z"),
    row("a_b", email="Zoe@example.com"),
)


@pytest.fixture
async def crowd(admin: Person) -> Person:
    await admin.post("/roles", json={"name": "support", "permissions": ["users:read"]})
    assert all(each["status"] == "created" for each in await results(admin, ndjson(*PEOPLE)))
    return admin


async def names(by: Person, **query: Any) -> list[str]:
    response = await by.get("/users", params=query)
    assert response.status_code == 200, response.text
    return [user["username"] for user in response.json()]


async def walk(by: Person, **query: Any) -> list[str]:
    """All pages of one user each."""
    found, page = [], await by.get("/users", params=query | {"limit": 1})
    found += [user["username"] for user in page.json()]
    while "next" in page.links:
        page = await by.get(page.links["next"]["url"].removeprefix("/api"))
        found += [user["username"] for user in page.json()]
    return found


class TestFilters:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"username": "ADA"}, ["Ada"]),
            ({"username": "ad"}, []),
            ({"email": "ZOE@EXAMPLE.COM"}, ["a_b"]),
            ({"external_id": "a_1"}, ["Ada"]),
            ({"q": "a"}, ["Ada", "a_b"]),
            ({"q": "zoe@"}, ["a_b"]),
            ({"q": "a_"}, ["a_b"]),
            ({"q": "a%"}, []),
            ({"q": "%"}, []),
            ({"q": "a\\"}, []),
            ({"is_active": "false"}, ["bob"]),
            ({"is_active": "true", "q": "b"}, []),
            ({"email_verified": "true", "q": "ad"}, ["Ada"]),
            ({"email_verified": "false", "q": "ad"}, []),
            ({"role": "support"}, ["carol"]),
            ({"role": "none"}, []),
            ({"created_after": "2019-06-01T00:00:00Z", "created_before": "2020-06-01T00:00:00Z"},
             ["Ada", "dan"]),
            ({"created_before": "2019-01-01T00:00:00Z"}, []),
            ({"last_login_before": "2021-05-01T00:00:00Z"}, ["dan"]),
            ({"last_login_after": "2020-05-01T02:00:00+02:00", "q": "c"}, ["carol"]),
            ({"role": "support", "is_active": "false"}, []),
        ],
    )  # fmt: skip
    async def test_find(self, crowd: Person, query: dict[str, str], found: list[str]) -> None:
        assert await names(crowd, **query) == found

    async def test_find_by_several_ids(self, crowd: Person) -> None:
        everybody = (await crowd.get("/users")).json()
        ids = [user["id"] for user in everybody if user["username"] in ("dan", "bob")]

        assert await names(crowd, id=[*ids, 10**17]) == ["bob", "dan"]

    async def test_a_deactivation_that_ended_is_none(self, crowd: Person, clock: FakeClock) -> None:
        [bob] = (await crowd.get("/users", params={"username": "dan"})).json()
        until = (clock() + timedelta(minutes=1)).isoformat()
        body = {"reason": "Spam", "until": until}
        await crowd.post(f"/users/{bob['id']}/deactivate", json=body)
        assert await names(crowd, is_active="false") == ["bob", "dan"]

        clock.advance(minutes=2)

        assert await names(crowd, is_active="false") == ["bob"]
        assert "dan" in await names(crowd, is_active="true")

    async def test_deleted_users_are_not_found(self, crowd: Person) -> None:
        [bob] = (await crowd.get("/users", params={"q": "bob"})).json()
        await crowd.delete(f"/users/{bob['id']}")

        assert await names(crowd, username="bob") == []

    @pytest.mark.promise("D5")
    @pytest.mark.parametrize(
        "query",
        ["is_active=maybe", "created_after=2020", "created_after=2020-01-01T00:00:00", "id=0",
         "id=x", "sort=password", "sort=--id", "q=", "username=%00", "nick=ada",
         "&".join(f"id={n}" for n in range(1, 102))],
    )  # fmt: skip
    async def test_what_is_not_understood_is_refused(self, admin: Person, query: str) -> None:
        response = await admin.get(f"/users?{query}")

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"].startswith("/query/")


class TestSort:
    @pytest.mark.parametrize(
        ("sort", "found"),
        [
            ("id", ["root", "Ada", "bob", "carol", "dan", "a_b"]),
            ("-id", ["a_b", "dan", "carol", "bob", "Ada", "root"]),
            ("created_at", ["bob", "Ada", "dan", "root", "carol", "a_b"]),
            ("-created_at", ["a_b", "carol", "root", "dan", "Ada", "bob"]),
            ("username", ["a_b", "Ada", "bob", "carol", "dan", "root"]),
            ("-username", ["root", "dan", "carol", "bob", "Ada", "a_b"]),
            ("email", ["Ada", "bob", "carol", "dan", "root", "a_b"]),
            ("last_login_at", ["dan", "carol", "root", "Ada", "bob", "a_b"]),
            ("-last_login_at", ["root", "carol", "dan", "a_b", "bob", "Ada"]),
        ],
    )
    async def test_is_kept_from_page_to_page(
        self, crowd: Person, sort: str, found: list[str]
    ) -> None:
        assert await names(crowd, sort=sort) == found
        assert await walk(crowd, sort=sort) == found

    async def test_keeps_a_filter_that_comes_several_times(self, crowd: Person) -> None:
        ids = [user["id"] for user in (await crowd.get("/users")).json()][1:4]

        assert await walk(crowd, id=ids) == ["Ada", "bob", "carol"]

    async def test_goes_with_filters(self, crowd: Person) -> None:
        assert await walk(crowd, sort="-username", is_active="true", q="a") == ["Ada", "a_b"]

    async def test_by_address_shows_everybody_once(self, crowd: Person) -> None:
        carol = await login(crowd.client, "root", crowd.id)
        await carol.post("/me/emails", json={"email": "more@example.com"})

        assert len(await walk(crowd, sort="email")) == 6


class TestCursor:
    async def test_belongs_to_its_question(self, crowd: Person) -> None:
        page = await crowd.get("/users", params={"limit": 1, "sort": "username"})
        link = page.links["next"]["url"].removeprefix("/api")

        for other in (link.replace("sort=username", "sort=email"), f"{link}&is_active=true"):
            response = await crowd.get(other)
            assert response.status_code == 422
            assert response.json()["errors"][0]["pointer"] == "/query/cursor"

    @pytest.mark.parametrize("cursor", ["1", "x.y", "WzEsMV0.x", "é", ".", "A" * 1000])
    async def test_cannot_be_made_up(self, crowd: Person, cursor: str) -> None:
        response = await crowd.get("/users", params={"cursor": cursor})

        assert response.status_code == 422

    async def test_goes_on_with_another_limit(self, crowd: Person) -> None:
        page = await crowd.get("/users", params={"limit": 1})
        link = page.links["next"]["url"].removeprefix("/api").replace("limit=1", "limit=9")

        assert len((await crowd.get(link)).json()) == 5


class TestCount:
    async def test_is_made_on_demand(self, crowd: Person) -> None:
        headers = {"Prefer": "wait=10, count=exact"}
        response = await crowd.get("/users", params={"q": "a", "limit": 1}, headers=headers)

        assert response.headers["X-Total-Count"] == "2"
        assert response.headers["Preference-Applied"] == "count=exact"

    async def test_is_not_made_otherwise(self, crowd: Person) -> None:
        assert "X-Total-Count" not in (await crowd.get("/users")).headers
