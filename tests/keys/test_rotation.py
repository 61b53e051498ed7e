"""The life of a key, seen from two processes and from another service."""

import asyncio
from collections import Counter
from collections.abc import MutableMapping
from contextlib import AsyncExitStack, nullcontext
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, text

from tests.databases import connected
from tests.fakes import FakeClock
from tests.history import history
from tests.keys.conftest import signing_with
from tests.keys.elsewhere import assembled, believes, encoded
from tests.keys.replicas import Replica, kid_of, replica, rotate
from tests.people import register
from tests.processes import opened
from uservault.app import create_app
from uservault.db.errors import DatabaseUnavailable
from uservault.db.unit_of_work import unit_of_work
from uservault.keys.bootstrap import prepare_keys
from uservault.keys.errors import KeyNotFound, KeyRaced, NoKeyPairs, SigningKeyLost
from uservault.keys.keyring import Keyring
from uservault.keys.lifecycle import grace, lifecycles
from uservault.keys.models import SigningKey
from uservault.keys.service import KeyService
from uservault.settings.loading import BadSettings
from uservault.settings.tree import Settings
from uservault.wiring.scope import Scope

LEAD = 120
OUTLIVES = 15 * 60 + 2 * 30  # a token's time, and the clocks' difference twice


class TestStart:
    async def test_of_many_processes_makes_one_key(
        self, settings: Settings, clock: FakeClock
    ) -> None:
        async with AsyncExitStack() as stack:
            opening = [stack.enter_async_context(opened(settings, clock)) for _ in range(6)]
            rings = [Keyring(await resources) for resources in opening]

            await asyncio.gather(*(ring.prepare() for ring in rings))

            published = [await ring.published() for ring in rings]
            assert {tuple(key.kid for key in keys) for keys in published} == {
                ((await rings[0].signer()).kid,)
            }
            assert await history(rings[0].resources) == ["signing_key.rotated"]

    async def test_makes_no_second_key(
        self, first: Replica, settings: Settings, clock: FakeClock
    ) -> None:
        clock.advance(days=1)

        async with replica(settings, clock) as again:
            assert await again.kids() == await first.kids()

    async def test_with_another_algorithm_publishes_the_next_key(
        self, first: Replica, clock: FakeClock, database_url: str
    ) -> None:
        ada = await register(first.client, "ada")
        changed = signing_with("ES256", database_url)

        async with replica(changed, clock) as other, replica(changed, clock) as third:
            assert [key["alg"] for key in await third.jwks()] == ["EdDSA", "ES256"]
            assert kid_of(await other.login("ada")) == kid_of(ada.token)
            clock.advance(seconds=LEAD)
            assert kid_of(await other.login("ada")) == (await other.kids())[1]
            assert (await other.read(ada.token)).status_code == 200

    @pytest.mark.parametrize("waiting", [False, True])
    async def test_without_the_sealing_key_says_so(
        self, first: Replica, settings: Settings, clock: FakeClock, waiting: bool
    ) -> None:
        if waiting:
            await first.rotate()

        with pytest.raises(BadSettings, match="USERVAULT_SEALING_KEYS"):
            async with replica(settings, clock, sealing_key="z" * 32):
                pass

        assert len(await first.table()) == 1 + waiting

    async def test_without_the_sealing_key_shows_a_line_and_no_stack_trace(
        self, first: Replica, settings: Settings, clock: FakeClock
    ) -> None:
        said: list[str] = []

        async def send(message: MutableMapping[str, Any]) -> None:
            said.append(message["message"])

        async def receive() -> dict[str, Any]:
            return {"type": "lifespan.startup"}

        async with opened(settings, clock, sealing_key="z" * 32) as resources:
            app = create_app(settings, lambda _: nullcontext(resources))
            with pytest.raises(BadSettings):
                await app({"type": "lifespan", "state": {}}, receive, send)

        assert said == [f"bad settings\n{SigningKeyLost.title}"]

    async def test_goes_on_without_a_database_and_makes_the_key_later(
        self, settings: Settings, clock: FakeClock, database_url: str
    ) -> None:
        async with opened(settings, clock) as resources:
            async with connected(database_url) as connection:
                await connection.execute(text("ALTER TABLE signing_keys RENAME TO elsewhere"))
            await prepare_keys(resources)
            ring = resources.shared(Keyring)
            with pytest.raises(DatabaseUnavailable):
                await ring.signer()
            async with connected(database_url) as connection:
                await connection.execute(text("ALTER TABLE elsewhere RENAME TO signing_keys"))

            kid = (await ring.signer()).kid

            assert [key.kid for key in await ring.published()] == [kid]


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


class TestRetire:
    async def test_refuses_what_the_key_signed_within_half_a_minute(
        self, first: Replica, second: Replica, clock: FakeClock
    ) -> None:
        ada = await register(first.client, "ada")
        await second.read(ada.token)

        await first.retire(str(kid_of(ada.token)))
        clock.advance(seconds=30)

        assert (await first.read(ada.token)).status_code == 401
        assert (await second.read(ada.token)).status_code == 401

    async def test_puts_a_new_key_in_the_place_of_the_last(
        self, first: Replica, second: Replica, clock: FakeClock
    ) -> None:
        [old] = await first.kids()
        ada = await register(first.client, "ada")
        await first.retire(old)
        clock.advance(seconds=29)
        await second.jwks()
        clock.advance(seconds=1)

        token = await first.login("ada")

        assert kid_of(token) == (await first.kids())[0] != kid_of(ada.token)
        assert (await second.read(token)).status_code == 200

    async def test_lets_the_next_key_sign_at_once(self, first: Replica, clock: FakeClock) -> None:
        [old] = await first.kids()
        await register(first.client, "ada")
        new = await first.rotate()

        await first.retire(old)
        clock.advance(seconds=30)

        assert kid_of(await first.login("ada")) == new
        assert await first.kids() == [new]

    async def test_of_the_next_key_leaves_the_present_one(
        self, first: Replica, clock: FakeClock
    ) -> None:
        ada = await register(first.client, "ada")
        await first.retire(await first.rotate())
        clock.advance(minutes=14)

        assert (await first.read(ada.token)).status_code == 200
        assert kid_of(await first.login("ada")) == kid_of(ada.token)
        assert await first.kids() == [kid_of(ada.token)]

    async def test_revives_no_key_that_was_superseded(
        self, first: Replica, clock: FakeClock
    ) -> None:
        [old] = await first.kids()
        second_key = await first.rotate()
        clock.advance(seconds=LEAD + OUTLIVES)

        await first.retire(second_key)
        clock.advance(seconds=30)

        [row] = [row for row in await first.table() if row.kid not in (old, second_key)]
        assert await first.kids() == [row.kid]

    async def test_wipes_the_private_half_and_is_on_record(self, first: Replica) -> None:
        [old] = await first.kids()

        await first.retire(old)
        await first.retire(old)

        retired, _ = await first.table()
        events = await history(first.resources, "type", "data")
        assert (retired.private_sealed, retired.retired_at is None) == (None, False)
        assert events[1] == ("signing_key.retired", {"kid": old})
        assert [kind for kind, _ in events[2:]] == ["signing_key.rotated"]

    async def test_knows_its_keys(self, first: Replica) -> None:
        with pytest.raises(KeyNotFound):
            await first.retire("x" * 43)


class TestWipe:
    async def test_takes_the_private_halves_of_keys_that_are_gone(
        self, first: Replica, clock: FakeClock
    ) -> None:
        async def wipe() -> int:
            async with unit_of_work(first.resources.database) as session:
                return await Scope(first.resources, {}, session).get(KeyService).wipe()

        await first.rotate()
        clock.advance(seconds=LEAD + OUTLIVES - 1)
        assert await wipe() == 0
        clock.advance(seconds=1)

        assert [await wipe(), await wipe()] == [1, 0]
        assert [row.private_sealed is None for row in await first.table()] == [True, False]


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


class TestReading:
    async def test_takes_place_every_half_minute(self, first: Replica, clock: FakeClock) -> None:
        ada = await register(first.client, "ada")
        asked = first.count_readings()

        for _ in range(60):
            await asyncio.gather(*(first.read(ada.token) for _ in range(5)))
            clock.advance(seconds=1)

        assert len(asked) == 1

    async def test_goes_on_when_the_clock_is_set_back(
        self, first: Replica, clock: FakeClock
    ) -> None:
        clock.advance(hours=-1)
        asked = first.count_readings()

        await first.jwks()

        assert len(asked) == 1

    async def test_follows_an_unknown_name_once(self, first: Replica, second: Replica) -> None:
        await register(first.client, "ada")
        [old] = await first.kids()
        await first.retire(old)
        await first.resources.shared(Keyring).prepare()
        asked = second.count_readings()
        tokens = [await first.login("ada") for _ in range(20)]

        answers = await asyncio.gather(*(second.read(token) for token in tokens))

        assert [answer.status_code for answer in answers] == [200] * 20
        assert len(asked) == 1

    async def test_is_no_storm_whatever_strangers_send(
        self, first: Replica, clock: FakeClock
    ) -> None:
        ada = await register(first.client, "ada")
        header, rest = ada.token.split(".", 1)
        asked = first.count_readings()

        for step in range(10):
            names = [f"{step:03}{n:040}" for n in range(50)]
            tokens = [f"{named(name)}.{rest}" for name in names]
            answers = await asyncio.gather(*(first.read(token) for token in tokens))
            assert {answer.status_code for answer in answers} == {401}
            clock.advance(seconds=1)

        assert len(asked) == 2  # in ten seconds
        assert (await first.read(f"{header}.{rest}")).status_code == 200

    async def test_harms_nobody_when_one_stops_waiting(self, first: Replica) -> None:
        ring = Keyring(first.resources)
        impatient, patient = (asyncio.create_task(ring.published()) for _ in range(2))
        await asyncio.sleep(0)

        impatient.cancel()

        assert [key.kid for key in await patient] == await first.kids()


async def test_private_halves_are_told_to_nobody(
    first: Replica, clock: FakeClock, algorithm: str, caplog: pytest.LogCaptureFixture
) -> None:
    await register(first.client, "ada")  # G1, D4
    await first.rotate()
    clock.advance(seconds=LEAD)
    await first.login("ada")

    rows = await first.table()
    sealer = first.resources.sealer
    private = [sealer.open(row.private_sealed, f"signing-key/{row.kid}") for row in rows]
    told = [caplog.text, (await first.well_known("jwks.json")).text, str(await history_of(first))]
    told += [repr(row) for row in rows] + [repr(await first.resources.shared(Keyring).signer())]
    assert len(private) == 2
    secrets = [part for half in private for part in written(half)]
    assert [text for text in told if any(secret in text for secret in secrets)] == []
    assert all({"d", "p", "q", "dp", "dq", "qi"}.isdisjoint(key) for key in await first.jwks())


async def history_of(running: Replica) -> list[object]:
    return await history(running.resources, "type", "data")


def written(half: bytes) -> list[str]:
    """How a private key might be written, without the beginning that all keys share."""
    tail = half[-24:]
    return [encoded(tail), tail.hex(), str(tail), half.decode("latin-1")[-24:]]


def named(kid: str) -> str:
    return assembled({"alg": "EdDSA", "kid": kid, "typ": "JWT"}, {}).partition(".")[0]


async def test_a_process_without_a_key_makes_one_for_its_first_logins(
    first: Replica, clock: FakeClock
) -> None:
    await register(first.client, "ada")
    async with unit_of_work(first.resources.database) as session:
        await session.execute(delete(SigningKey))  # as if the database had been away at start
    clock.advance(minutes=1)

    tokens = await asyncio.gather(*(first.login("ada") for _ in range(10)))

    assert len({kid_of(token) for token in tokens}) == 1
