import asyncio

import pytest

from tests.keys.elsewhere import assembled, encoded
from tests.keys.replicas import LEAD, Replica
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import register
from uservault.keys.keyring import Keyring


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


@pytest.mark.promise("D4", "G1")
async def test_private_halves_are_told_to_nobody(
    first: Replica, clock: FakeClock, algorithm: str, caplog: pytest.LogCaptureFixture
) -> None:
    await register(first.client, "ada")
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
