import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from tests.keys.conftest import signing_with
from tests.keys.elsewhere import believes
from tests.keys.replicas import LEAD, OUTLIVES, Replica, kid_of, replica, rotate
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import register
from tests.support.processes import opened
from uservault.keys.errors import KeyRaced, NoKeyPairs, SigningKeyLost
from uservault.keys.lifecycle import grace, lifecycles
from uservault.settings.tree import Settings


class TestRotate:
    async def test_refuses_no_token_under_load(
        self, first: Replica, second: Replica, clock: FakeClock
    ) -> None:
        await register(first.client, "ada")
        old, seen = (await first.kids())[0], Counter[str | None]()
        tokens: list[str] = []
        cached, fetched_at = await second.jwks(), clock()

        for step in range((LEAD + OUTLIVES) // 10 + 1):
            if step == 1:
                new, *_ = await asyncio.gather(first.rotate(), first.login("ada"))
            if clock() - fetched_at >= timedelta(seconds=60):  # as Cache-Control allows
                cached, fetched_at = await second.jwks(), clock()
            tokens += await asyncio.gather(first.login("ada"), second.login("ada"))
            live = tokens[-2 * 90 :]  # of the last 15 minutes
            sample = [live[0], live[len(live) // 2], live[-2], live[-1]]
            reads = [each.read(token) for each in (first, second) for token in sample]
            answers = await asyncio.gather(*reads)
            assert [answer.status_code for answer in answers] == [200] * 8
            assert [believes(cached, token) for token in sample] == [True] * 4
            seen.update(kid_of(token) for token in tokens[-2:])
            clock.advance(seconds=10)

        assert seen.keys() == {old, new}
        assert await first.kids() == await second.kids() == [new]

    async def test_publishes_before_it_signs(self, first: Replica, clock: FakeClock) -> None:
        [old] = await first.kids()
        await register(first.client, "ada")

        new = await first.rotate()
        clock.advance(seconds=LEAD / 4)
        assert await first.kids() == [old, new]
        clock.advance(seconds=LEAD * 3 / 4 - 1)
        assert kid_of(await first.login("ada")) == old
        clock.advance(seconds=1)

        assert kid_of(await first.login("ada")) == new

    async def test_lets_the_old_key_verify_until_its_last_token_has_ended(
        self, first: Replica, clock: FakeClock
    ) -> None:
        [old] = await first.kids()
        new = await first.rotate()

        clock.advance(seconds=LEAD + OUTLIVES - 1)
        assert await first.kids() == [old, new]
        clock.advance(seconds=1)

        assert await first.kids() == [new]

    async def test_wipes_the_private_halves_of_keys_that_are_gone(
        self, first: Replica, clock: FakeClock
    ) -> None:
        await first.rotate()
        clock.advance(seconds=LEAD + OUTLIVES)

        await first.rotate()

        assert [row.private_sealed is None for row in await first.table()] == [True, False, False]

    async def test_is_on_record(self, first: Replica, clock: FakeClock) -> None:
        kid = await first.rotate()

        kind, data = (await history(first.resources, "type", "data"))[-1]
        assert kind == "signing_key.rotated"
        assert data == {"kid": kid, "algorithm": "EdDSA", "active_at": "2026-01-01T00:02:00Z"}

    async def test_twice_at_once_makes_one_key_or_two_in_turn(
        self, first: Replica, second: Replica
    ) -> None:
        rotations = (each.rotate() for each in (first, second))

        outcomes = await asyncio.gather(*rotations, return_exceptions=True)

        raced = [outcome for outcome in outcomes if not isinstance(outcome, str)]
        assert all(isinstance(outcome, KeyRaced) for outcome in raced)
        assert [row.id for row in await first.table()] == list(range(1, 4 - len(raced)))

    async def test_needs_the_sealing_key_of_the_servers(
        self, first: Replica, settings: Settings, clock: FakeClock
    ) -> None:
        async with opened(settings, clock, sealing_key="z" * 32) as elsewhere:
            with pytest.raises(SigningKeyLost):
                await rotate(elsewhere)

        assert len(await first.table()) == 1

    async def test_needs_key_pairs(self, clock: FakeClock, database_url: str) -> None:
        async with replica(signing_with("HS256", database_url), clock) as running:
            with pytest.raises(NoKeyPairs):
                await running.rotate()


async def test_a_key_lives_by_its_times(first: Replica, clock: FakeClock) -> None:
    async def states() -> list[str]:
        known = lifecycles(await first.table(), grace(first.resources.settings.tokens))
        return [life.state(clock()) for life in known]

    await first.rotate()
    assert await states() == ["signs", "next"]
    clock.advance(seconds=LEAD)
    assert await states() == ["verifies", "signs"]
    clock.advance(seconds=OUTLIVES)
    assert await states() == ["expired", "signs"]
    await first.retire((await first.kids())[0])
    assert await states() == ["expired", "retired", "signs"]
