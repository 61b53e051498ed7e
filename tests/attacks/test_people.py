"""Sections B and E: finding out who there is, and being two."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.support.fakes import FakeHasher
from tests.support.people import PASSWORD, Person, register, registration
from uservault.wiring.ports import Resources

# every spelling but one of the address of user 1
# what nobody may set
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
