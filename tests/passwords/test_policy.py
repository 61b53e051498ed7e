import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import thread_time

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from tests.support import databases
from tests.support.people import registration
from uservault.app import create_app
from uservault.passwords.blocklist import is_common
from uservault.passwords.policy import _is_guessable

GOOD = "violet otter 9 canoe"


@pytest.fixture
async def production(database_url: str) -> AsyncIterator[AsyncClient]:
    """Where the policy is strict, and everything is real."""
    async with serving(database_url, rounds=10, workers=1, queue=2) as client:
        yield client


@pytest.fixture
async def lenient(database_url: str) -> AsyncIterator[AsyncClient]:
    """The same, with passwords as short as production may have them."""
    async with serving(database_url, rounds=10, min_length=8) as client:
        yield client


@asynccontextmanager
async def serving(database_url: str, **passwords: object) -> AsyncIterator[AsyncClient]:
    settings = databases.settings_for(
        database_url, env="production", log={"file": None}, passwords=passwords
    )
    app: FastAPI = create_app(settings)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test/api") as client,
    ):
        yield client


async def choose(client: AsyncClient, password: str) -> Response:
    return await client.post("/users", json=registration("adalovelace") | {"password": password})


class TestInProduction:
    @pytest.mark.promise("A5")
    @pytest.mark.parametrize("password", ["short", "violet otter 9", "x" * 14])
    async def test_is_long(self, production: AsyncClient, password: str) -> None:
        response = await choose(production, password)

        assert response.status_code == 422
        assert password not in response.text

    @pytest.mark.promise("A7")
    @pytest.mark.parametrize(
        "password",
        [
            "passwordpassword",
            "123456789012345",
            "qwertyuiopasdfgh",
            "aaaaaaaaaaaaaaaaaaaa",
            "adalovelace@example.com",
            "AdaLovelace@Example.com",
            "uservaultuservault",
            "letmeinletmeinletmein",
        ],
    )
    async def test_is_not_guessable(self, production: AsyncClient, password: str) -> None:
        response = await choose(production, password)

        assert response.status_code == 422
        assert response.json()["code"] == "password-refused"
        assert response.json()["errors"][0]["pointer"] == "/body/password"

    @pytest.mark.promise("A7")
    @pytest.mark.parametrize(
        "password",
        ["trustno1", "TrustNo1", "tru5tn01", "trustno1!", "Trustno1!2", "Tru$tno1!123",
         "P@ssw0rd1!", "password2024", "Football99!", "1qaz2wsx3edc", "charlie12!?"],
    )  # fmt: skip
    async def test_is_no_common_one_dressed_up(self, lenient: AsyncClient, password: str) -> None:
        response = await choose(lenient, password)

        assert response.status_code == 422
        assert response.json()["code"] == "password-refused"

    @pytest.mark.promise("A6")
    @pytest.mark.parametrize("password", ["vOtter9canoe", "kq7wz2hd", "charliesotter"])
    async def test_may_be_short_and_uncommon(self, lenient: AsyncClient, password: str) -> None:
        assert (await choose(lenient, password)).status_code == 201

    @pytest.mark.promise("A9")
    async def test_is_judged_in_the_bounded_pool(self, production: AsyncClient) -> None:
        users = [
            registration(f"adalovelace{n}") | {"password": "passwordpassword"} for n in range(6)
        ]

        answers = await asyncio.gather(*(production.post("/users", json=user) for user in users))

        assert {answer.status_code for answer in answers} == {422, 503}
        refused = [answer.json()["code"] for answer in answers if answer.status_code == 503]
        assert set(refused) == {"too-many-passwords"}

    @pytest.mark.promise("A5", "A6")
    @pytest.mark.parametrize("password", [GOOD, "наволочка сиреневая", GOOD * 12])
    async def test_needs_no_composition(self, production: AsyncClient, password: str) -> None:
        assert (await choose(production, password)).status_code == 201

    @pytest.mark.promise("D7")
    async def test_makes_nobody_administrator(self, production: AsyncClient) -> None:
        await choose(production, GOOD)
        login = {"username": "adalovelace", "password": GOOD}

        token = (await production.post("/login", json=login)).json()["access_token"]

        header = {"Authorization": f"Bearer {token}"}
        assert (await production.get("/users", headers=header)).status_code == 403


class TestGuessable:
    @pytest.mark.promise("A7")
    def test_is_each_of_the_commonest_and_what_people_make_of_them(self) -> None:
        everyone = FREQUENCY_LISTS["passwords"]

        assert len(everyone) == 30_000
        for make in (str, str.upper, str.capitalize, "{}1".format, "{}!".format, "{}2024".format):
            assert all(is_common(make(each)) for each in everyone)
        l33t = str.maketrans("aeost", "43057")
        assert all(is_common(each.translate(l33t)) for each in everyone)

    @given(st.text(min_size=1, max_size=256), st.text(max_size=30))
    @examples(deadline=None, max_examples=60)
    def test_is_told_of_any_text(self, password: str, name: str) -> None:
        assert _is_guessable(password, [name, f"{name}@example.com"]) in (True, False)

    @pytest.mark.promise("A7")
    @pytest.mark.parametrize("about", ["ada.lovelace", "Ada.Lovelace"])
    def test_is_what_is_known_of_somebody(self, about: str) -> None:
        assert _is_guessable("ADA.lovelace", [about])

    @pytest.mark.promise("A8", "E4")
    def test_is_soon_told_of_what_was_made_to_take_long(self) -> None:
        began = thread_time()

        assert not _is_guessable("4@8({[<3691!|0$5+7%2" * 12, ["ada"])

        assert thread_time() - began < 1
