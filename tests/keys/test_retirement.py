import pytest

from tests.keys.replicas import LEAD, OUTLIVES, Replica, kid_of
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import register
from uservault.db.unit_of_work import unit_of_work
from uservault.keys.errors import KeyNotFound
from uservault.keys.service import KeyService
from uservault.wiring.scope import Scope


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
