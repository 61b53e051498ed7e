"""How often a session may write."""

from dataclasses import replace

import pytest
from httpx import AsyncClient

from tests.support import databases
from tests.support.fakes import FakeClock
from tests.support.people import Person
from tests.support.processes import served
from uservault.access.guard import TOKEN_EXCHANGE
from uservault.settings.limits import LimitSettings
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

LIMIT = 5


@pytest.fixture
def settings(database_url: str) -> Settings:
    limits = {"writes_per_session": f"{LIMIT}/minute"}
    tokens = {"algorithm": "EdDSA", "audiences": "orders"}
    return databases.settings_for(database_url, limits=limits, tokens=tokens, log={"file": None})


async def write(person: Person, times: int = LIMIT) -> list[int]:
    answers = [await person.patch("/me", json={"locale": f"en-{n:03}"}) for n in range(times)]
    return [answer.status_code for answer in answers]


class TestWrites:
    async def test_are_limited_for_each_session(
        self, admin: Person, ada: Person, clock: FakeClock
    ) -> None:
        statuses = await write(ada, LIMIT + 1)

        assert statuses == [200] * LIMIT + [429]
        assert await write(admin) == [200] * LIMIT
        clock.advance(minutes=1)
        assert await write(ada) == [200] * LIMIT

    @pytest.mark.promise("I4")
    async def test_of_a_thief_do_not_keep_the_owner_from_evicting_them(self, ada: Person) -> None:
        thief = await ada.again()
        await write(thief, LIMIT + 1)

        ended = await ada.delete("/me/sessions")

        assert ended.status_code == 200
        assert await thief.status() == 401

    async def test_tell_how_many_are_left(self, ada: Person) -> None:
        first = await ada.patch("/me", json={"locale": "de"})
        refused = await ada.patch("/me", json={"is_admin": True})
        await write(ada, LIMIT - 2)
        over = await ada.patch("/me", json={"locale": "de"})

        assert first.headers["RateLimit-Policy"] == f'"writes";q={LIMIT};w=60'
        assert first.headers["RateLimit"] == f'"writes";r={LIMIT - 1}'
        assert (refused.status_code, refused.headers["RateLimit"]) == (422, '"writes";r=3')
        assert over.headers["RateLimit"] == '"writes";r=0;t=60'
        assert over.headers["Retry-After"] == "60"

    async def test_do_not_limit_reads(self, ada: Person) -> None:
        await write(ada, LIMIT + 1)

        response = await ada.get("/me")

        assert response.status_code == 200
        assert "RateLimit" not in response.headers

    async def test_count_when_they_are_forbidden(self, ada: Person) -> None:
        forbidden = [await ada.post("/roles", json={"name": "x"}) for _ in range(LIMIT + 1)]

        assert [answer.status_code for answer in forbidden] == [403] * LIMIT + [429]

    async def test_of_strangers_do_not_count(self, ada: Person, anyone: AsyncClient) -> None:
        bad = {"Authorization": "Bearer x"}
        for _ in range(LIMIT + 1):
            assert (await anyone.patch("/me", json={}, headers=bad)).status_code == 401

        assert await write(ada, 1) == [200]

    @pytest.mark.promise("B3")
    async def test_include_exchanged_tokens(self, ada: Person, anyone: AsyncClient) -> None:
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": ada.token,
            "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
            "audience": "orders",
        }

        answers = [await ada.post("/me/tokens", json={"audience": "orders"})]
        answers += [await anyone.post("/token", data=form) for _ in range(LIMIT)]

        assert [answer.status_code for answer in answers] == [200] * LIMIT + [429]
        assert answers[1].headers["RateLimit"] == f'"writes";r={LIMIT - 2}'

    async def test_leave_room_for_scripts_by_default(
        self, ada: Person, resources: Resources
    ) -> None:
        ordinary = resources.settings.model_copy(update={"limits": LimitSettings()})
        async with served(replace(resources, settings=ordinary)) as client:
            ada.client = client

            assert await write(ada, 100) == [200] * 100
