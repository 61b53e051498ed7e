"""The life of a key, seen from two processes and from another service."""

import asyncio
from collections.abc import MutableMapping
from contextlib import AsyncExitStack, nullcontext
from typing import Any

import pytest
from sqlalchemy import delete, text

from tests.keys.conftest import signing_with
from tests.keys.replicas import LEAD, Replica, kid_of, replica
from tests.support.databases import connected
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import register
from tests.support.processes import opened
from uservault.app import create_app
from uservault.db.errors import DatabaseUnavailable
from uservault.db.unit_of_work import unit_of_work
from uservault.keys.bootstrap import prepare_keys
from uservault.keys.errors import SigningKeyLost
from uservault.keys.keyring import Keyring
from uservault.keys.models import SigningKey
from uservault.settings.loading import BadSettings
from uservault.settings.tree import Settings


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


async def test_a_process_without_a_key_makes_one_for_its_first_logins(
    first: Replica, clock: FakeClock
) -> None:
    await register(first.client, "ada")
    async with unit_of_work(first.resources.database) as session:
        await session.execute(delete(SigningKey))  # as if the database had been away at start
    clock.advance(minutes=1)

    tokens = await asyncio.gather(*(first.login("ada") for _ in range(10)))

    assert len({kid_of(token) for token in tokens}) == 1
