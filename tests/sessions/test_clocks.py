"""Two hosts on one database, whose clocks differ by half a minute."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient

from tests.support.fakes import FakeClock
from tests.support.people import Person, register
from tests.support.processes import opened, served
from uservault.db.clock import DatabaseClock
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

pytestmark = pytest.mark.promise("I12")
SKEW = 30


@dataclass
class Hosts:
    """`one` is where people log in; `other` is where they go on."""

    one: AsyncClient
    other: AsyncClient
    clocks: tuple[FakeClock, FakeClock]

    def advance(self, **span: float) -> None:
        for clock in self.clocks:
            clock.advance(**span)


@pytest.fixture(params=[SKEW, -SKEW], ids=["other ahead", "other behind"])
async def hosts(request: pytest.FixtureRequest, settings: Settings) -> AsyncIterator[Hosts]:
    now = datetime.now(UTC)
    clocks = FakeClock(now), FakeClock(now + timedelta(seconds=request.param))
    async with AsyncExitStack() as stack:
        fakes = [await stack.enter_async_context(opened(settings, own)) for own in clocks]
        common = [await measured(each) for each in fakes]
        one, other = [await stack.enter_async_context(served(each)) for each in common]
        yield Hosts(one, other, clocks)


async def measured(fakes: Resources) -> Resources:
    """With the clock that hosts really have, over a host's own."""
    clock = DatabaseClock(fakes.database, fakes.clock)
    await clock.measure()
    return replace(fakes, clock=clock)


@pytest.fixture
async def ada(hosts: Hosts) -> Person:
    """Not the administrator, who registers first."""
    await register(hosts.one, "root")
    return await register(hosts.one, "ada")


async def refresh(client: AsyncClient, token: str) -> tuple[int, str]:
    response = await client.post("/refresh", json={"refresh_token": token})
    return response.status_code, response.json().get("refresh_token", "")


@pytest.mark.promise("C8", "H12")
class TestRefresh:
    async def test_gives_two_tabs_at_two_hosts_the_same_answer(
        self, ada: Person, hosts: Hosts
    ) -> None:
        for first, second in [(hosts.one, hosts.other), (hosts.other, hosts.one)] * 2:
            status, successor = await refresh(first, ada.refresh_token)
            hosts.advance(seconds=5)

            assert await refresh(second, ada.refresh_token) == (status, successor) != (401, "")
            ada.refresh_token = successor

    async def test_ends_the_session_if_a_token_comes_again_after_the_grace(
        self, ada: Person, hosts: Hosts
    ) -> None:
        _, successor = await refresh(hosts.one, ada.refresh_token)
        hosts.advance(minutes=2, seconds=10)

        assert await refresh(hosts.other, ada.refresh_token) == (401, "")
        assert await refresh(hosts.one, successor) == (401, "")

    async def test_ends_the_session_at_once_if_an_older_token_comes(
        self, ada: Person, hosts: Hosts
    ) -> None:
        _, second = await refresh(hosts.one, ada.refresh_token)
        _, third = await refresh(hosts.other, second)

        assert await refresh(hosts.other, ada.refresh_token) == (401, "")
        assert await refresh(hosts.one, third) == (401, "")

    async def test_gives_tokens_that_are_good_at_both_hosts(
        self, ada: Person, hosts: Hosts
    ) -> None:
        token = {"refresh_token": ada.refresh_token}
        for giver in (hosts.one, hosts.other):
            refreshed = (await giver.post("/refresh", json=token)).json()
            bearer = {"Authorization": f"Bearer {refreshed['access_token']}"}

            asked = [await taker.get("/me", headers=bearer) for taker in (hosts.one, hosts.other)]

            assert [response.status_code for response in asked] == [200, 200]


@pytest.mark.promise("I1")
class TestFreshProof:
    @pytest.mark.parametrize(("seconds", "status"), [(14 * 60 + 40, 200), (15 * 60 + 20, 403)])
    async def test_lasts_as_long_at_the_other_host(
        self, seconds: float, status: int, ada: Person, hosts: Hosts
    ) -> None:
        ada.client = hosts.other
        hosts.advance(seconds=seconds)

        response = await ada.patch("/me", json={"email": "countess@example.com"})

        assert response.status_code == status


class TestLogout:
    async def test_ends_the_session_at_both_hosts(self, ada: Person, hosts: Hosts) -> None:
        ada.client = hosts.other
        await ada.post("/logout")

        assert await ada.status() == 401
        assert (await refresh(hosts.one, ada.refresh_token))[0] == 401
