"""Sections B, D and E: being somebody else, or more than one is."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.support.fakes import FakeHasher
from tests.support.people import PASSWORD, Person, register, registration
from uservault.wiring.ports import Resources

# every spelling but one of the address of user 1
SPELLINGS = [
    "1/", "/1", "%2e/1", "1%2f", "1;x", "1;id=2", "1.json", "1.", "01", "+1", "%2b1",
    "%201", "1%20", "1%00", "%001", "1%0a", "1_0", "1e0", "0x1", "1,2", "-1", "0", "*", "me/1",
    "%D9%A1", "%EF%BC%91", "2147483648x", "9223372036854775808", "9" * 4301, "%ff", "%ed%a0%80",
    "1%3Fx", "1%23", "..", "%2e%2e", "%252e", "null", "undefined", "NaN", "true", "1%09",
]  # fmt: skip
# what nobody may set
PRIVILEGES: list[dict[str, Any]] = [
    {name: value}
    for name, value in {
        "id": 1, "is_admin": True, "admin": True, "role": "admin", "roles": ["admin"],
        "permissions": ["users:read"], "is_active": False, "is_superuser": True, "verified": True,
        "email_verified": True, "hash": "x", "password_hash": "x", "hashed_password": "x",
        "created_at": "2000-01-01T00:00:00Z", "updated_at": None, "version": 9, "user_id": 1,
        "username_key": "root", "email_key": "root@example.com", "token": "x", "Username": "root",
        "constructor": {}, "__class__": "Admin", "user": {"is_admin": True},
    }.items()
]  # fmt: skip
IDENTITY = {
    "X-User": "root", "X-User-Id": "1", "X-Remote-User": "root", "Remote-User": "root",
    "X-Forwarded-User": "root", "X-Auth-Request-User": "root", "X-Original-URL": "/api/users/2",
    "X-Rewrite-URL": "/api/users/2", "X-HTTP-Method-Override": "GET", "X-HTTP-Method": "GET",
    "X-Method-Override": "GET", "X-Forwarded-For": "127.0.0.1", "X-Middleware-Subrequest": "1",
    "Cookie": "user_id=1; session=admin",
}  # fmt: skip
SAME_NAMES = ["ADA", "Ada", "aDa"]
BAD_NAMES = [
    "аda", "adа", "ada\u200b", "\u202eada", "ada\u00ad", "ａｄａ", "ⓐda", "ada ", " ada", "a\tda",
    "ada\n", "ada\0", "", "a", ".ada", "-ada", "_ada", "a/da", "a@da", "ada@example.com",
    "ada\ue000",
    "x" * 65, "ada;", "<ada>", "ada'--", "ſada", "ıda", "a\u0301da",
]  # fmt: skip
SAME_ADDRESSES = [
    "ADA@EXAMPLE.COM", "Ada@example.com", "ada@Example.Com", "ａda@example.com", "ada@ｅxample.com",
]  # fmt: skip
BAD_ADDRESSES = [
    "ada", "@", "ada@", "@example.com", "ada@@example.com", "ada@example", "ada@localhost",
    "ada@127.0.0.1", "ada@[127.0.0.1]", "a da@example.com", "ada@exa mple.com", "ada@example..com",
    ".ada@example.com", "ada.@example.com", "ada@-example.com", "Ada <ada@example.com>",
    "ada@example.com\n", "ada@example.com\r\nBcc: eve@example.com", "ada@example.com,e@example.com",
    "ada\u200b@example.com", "\u202eada@example.com", "ada@xn--a.com", '"ada"@example.com',
    "ada@" + "x" * 250 + ".com", "ada@example.com\0", "ada@exa\0mple.com",
]  # fmt: skip


async def tried(client: AsyncClient, name: Any, password: Any, **headers: str) -> Response:
    given = {"username": name, "password": password}
    return await client.post("/login", json=given, headers=headers)


def seen(response: Response) -> tuple[int, dict[str, Any], set[str]]:
    """All that tells one answer from another."""
    body = {name: value for name, value in response.json().items() if name != "request_id"}
    return response.status_code, body, set(response.headers)


class TestEnumeration:
    @pytest.mark.promise("B1")
    async def test_every_failed_login_looks_the_same(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        wrong = await tried(anyone, "ada", "wrong")
        others = [
            await tried(anyone, name, password)
            for name, password in [
                ("nobody", "wrong"), ("nobody@example.com", "wrong"), ("ada", ""), ("", ""),
                ("ada@example.com", PASSWORD + " "), ("\u200bada", PASSWORD), ("' OR 1=1 --", "x"),
                ("*", "x"), ("ada%", PASSWORD), ("x" * 256, "x" * 256),
            ]
        ]  # fmt: skip

        assert wrong.status_code == 401
        assert [seen(each) for each in others] == [seen(wrong)] * len(others)

    @pytest.mark.promise("B2")
    async def test_a_stranger_costs_a_hash_as_a_friend_does(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        assert isinstance(resources.hasher, FakeHasher)
        for name, password in [("ada", ""), ("nobody", ""), ("", ""), ("nobody", "x" * 256)]:
            before = resources.hasher.verified

            await tried(anyone, name, password)

            assert resources.hasher.verified == before + 1

    @pytest.mark.promise("B3")
    async def test_a_throttled_stranger_looks_like_a_throttled_friend(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        for _ in range(10):
            await tried(anyone, "ada", "wrong")
            await tried(anyone, "nobody", "wrong")

        known, unknown = [await tried(anyone, name, PASSWORD) for name in ("ada", "nobody")]

        assert known.status_code == 429
        assert seen(known) == seen(unknown)


class TestGuessing:
    @pytest.mark.promise("B3", "B6")
    async def test_parallel_guesses_cannot_outrun_the_counter(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        spellings = ["ada", "ADA", "Ada", "aDA"]
        guesses = [tried(anyone, spellings[n % 4], f"guess {n}") for n in range(50)]

        statuses = [answer.status_code for answer in await asyncio.gather(*guesses)]

        assert (statuses.count(401), statuses.count(429)) == (10, 40)

    @pytest.mark.promise("B5")
    async def test_the_header_of_a_proxy_that_is_not_ours_changes_nobody_s_address(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        names = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "True-Client-IP", "CF-Connecting-IP")
        answers = [
            await tried(anyone, "ada", "wrong", **{names[n % 5]: f"203.0.113.{n}"})
            for n in range(12)
        ]

        assert [answer.status_code for answer in answers[10:]] == [429, 429]


class TestPrivileges:
    @pytest.mark.promise("D2", "E6")
    async def test_each_user_has_one_address(self, admin: Person, ada: Person) -> None:
        for spelling in SPELLINGS:
            for method in ("GET", "PUT", "DELETE"):
                body = {"json": {"username": "owned"}} if method == "PUT" else {}
                for who in (admin, ada):
                    status = (await who.ask(method, f"/users/{spelling}", **body)).status_code
                    assert status in (400, 403, 404, 405), (method, spelling)

        users = (await admin.get("/users")).json()
        assert [user["username"] for user in users] == ["root", "ada"]

    @pytest.mark.promise("D2")
    async def test_no_header_says_who_one_is(self, admin: Person, ada: Person) -> None:
        for name, value in IDENTITY.items():
            header = {name: value}
            body = {"username": "owned"}
            assert (await ada.get("/users", headers=header)).status_code == 403
            assert (await ada.get(f"/users/{admin.id}", headers=header)).status_code == 403
            changed = await ada.put(f"/users/{admin.id}", headers=header, json=body)
            assert changed.status_code == 403
            assert (await ada.delete(f"/users/{admin.id}", headers=header)).status_code == 403
            stranger = await ada.client.get(f"/users/{ada.id}", headers=header)
            assert stranger.status_code == 401

    @pytest.mark.promise("D1", "D3")
    async def test_no_field_makes_one_more_than_one_is(self, admin: Person, ada: Person) -> None:
        before = (await ada.get(f"/users/{ada.id}")).json()
        for extra in PRIVILEGES:
            made = await ada.client.post("/users", json=registration("eve") | extra)
            changed = [
                await ada.ask(method, f"/users/{ada.id}", json=extra | {"username": "ada"})
                for method in ("PUT", "PATCH")
            ]

            assert [answer.status_code for answer in (made, *changed)] == [422] * 3

        assert (await ada.get(f"/users/{ada.id}")).json() == before
        assert (await ada.get("/users")).status_code == 403
        assert len((await admin.get("/users")).json()) == 2

    @pytest.mark.promise("D1", "D8")
    async def test_an_ordinary_user_may_do_nothing_to_another(
        self, admin: Person, ada: Person
    ) -> None:
        for body in (b"", b"{", b"null", b'{"username": "x"}', b"\xff" * 100):
            for method in ("PUT", "PATCH", "DELETE", "GET"):
                answer = await ada.ask(method, f"/users/{admin.id}", content=body)
                assert answer.status_code == 403

        assert (await admin.get(f"/users/{admin.id}")).json()["username"] == "root"


class TestTwins:
    @pytest.mark.promise("E2", "E5")
    async def test_a_username_has_no_twin(self, ada: Person, anyone: AsyncClient) -> None:
        for name in SAME_NAMES:
            given = registration("eve") | {"username": name}
            assert (await anyone.post("/users", json=given)).status_code == 409
        for name in BAD_NAMES:
            given = registration("eve") | {"username": name}
            assert (await anyone.post("/users", json=given)).status_code == 422, name

    @pytest.mark.promise("E3")
    async def test_an_address_has_no_twin(self, ada: Person, anyone: AsyncClient) -> None:
        for address in SAME_ADDRESSES:
            given = registration("eve") | {"email": address}
            assert (await anyone.post("/users", json=given)).status_code in (409, 422)
        for address in BAD_ADDRESSES:
            given = registration("eve") | {"email": address}
            assert (await anyone.post("/users", json=given)).status_code == 422, address

    @pytest.mark.promise("E1")
    @pytest.mark.parametrize("field", ["username", "email", "password"])
    async def test_nothing_is_made_a_text_that_is_none(
        self, ada: Person, anyone: AsyncClient, field: str
    ) -> None:
        for value in (True, False, None, 0, 1.5, [], ["x"], {}, {"$ne": 1}, [["ada"]]):
            made = await anyone.post("/users", json=registration("eve") | {field: value})
            login = await tried(anyone, value, value)

            assert (made.status_code, login.status_code) == (422, 422)

    async def test_whoever_changes_their_name_meets_the_same_rules(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        eve = await register(anyone, "eve")

        for change in [{"username": name} for name in SAME_NAMES]:
            assert (await eve.put(f"/users/{eve.id}", json=change)).status_code == 409
        for change in [{"username": name} for name in BAD_NAMES]:
            assert (await eve.put(f"/users/{eve.id}", json=change)).status_code == 422
        assert (await eve.get(f"/users/{eve.id}")).json()["username"] == "eve"
