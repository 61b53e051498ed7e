"""How keys are kept, renewed and looked for."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from httpx import AsyncClient, MockTransport

from tests.client.fake_vault import FakeVault
from tests.support.patience import until
from uservault.client.errors import TokenRefused, Unavailable
from uservault.client.keys import RETRY, PublicKeys

KEEP = 3600
JWKS = "/.well-known/jwks.json"


@dataclass
class Stopwatch:
    seconds: float = 1000

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
async def keys(vault: FakeVault, watch: Stopwatch) -> AsyncIterator[PublicKeys]:
    async with AsyncClient(base_url="http://vault", transport=MockTransport(vault)) as http:
        yield PublicKeys(http, KEEP, watch)


class TestOf:
    async def test_asks_once_for_all_who_want_to_know(
        self, keys: PublicKeys, vault: FakeVault
    ) -> None:
        found = await asyncio.gather(*(keys.of(vault.token()) for _ in range(50)))

        assert len(set(map(id, found))) == 1
        assert vault.paths() == [JWKS]

    async def test_finds_a_new_key_at_once(self, keys: PublicKeys, vault: FakeVault) -> None:
        await keys.fetch()
        new = vault.rotate()

        assert (await keys.of(vault.token(new))).algorithm == "EdDSA"
        assert len(vault.asked) == 2

    async def test_asks_now_and_then_for_a_key_that_there_is_not(
        self, keys: PublicKeys, vault: FakeVault, watch: Stopwatch
    ) -> None:
        await keys.fetch()
        unknown = [vault.token(header={"kid": f"unknown-{n}"}) for n in range(100)]

        async def try_all() -> None:
            answers = await asyncio.gather(*map(keys.of, unknown), return_exceptions=True)
            assert {type(answer) for answer in answers} == {TokenRefused}

        await try_all()
        await try_all()
        assert len(vault.asked) == 2
        watch.seconds += RETRY
        await try_all()
        assert len(vault.asked) == 3

    async def test_goes_on_with_what_it_has(
        self, keys: PublicKeys, vault: FakeVault, watch: Stopwatch
    ) -> None:
        await keys.fetch()
        vault.down = True
        watch.seconds += KEEP - 1

        await keys.fetch()

        assert (await keys.of(vault.token())).algorithm == "EdDSA"

    async def test_does_not_go_on_for_ever(
        self, keys: PublicKeys, vault: FakeVault, watch: Stopwatch
    ) -> None:
        await keys.fetch()
        vault.down = True
        watch.seconds += KEEP

        with pytest.raises(Unavailable):
            await keys.of(vault.token())

    async def test_is_not_harmed_by_who_stops_waiting(
        self, keys: PublicKeys, vault: FakeVault
    ) -> None:
        impatient = asyncio.create_task(keys.of(vault.token()))
        await asyncio.sleep(0)
        patient = asyncio.create_task(keys.of(vault.token()))
        await asyncio.sleep(0)
        impatient.cancel()
        with suppress(asyncio.CancelledError):
            await impatient

        assert (await patient).algorithm == "EdDSA"


class TestFetch:
    async def test_takes_what_is_unchanged_as_renewed(
        self, keys: PublicKeys, vault: FakeVault, watch: Stopwatch
    ) -> None:
        await keys.fetch()
        watch.seconds += KEEP - 1
        await keys.fetch()
        watch.seconds += KEEP - 1

        assert (await keys.of(vault.token())).algorithm == "EdDSA"
        assert "If-None-Match" in vault.asked[1].headers

    async def test_forgets_a_key_that_is_gone(self, keys: PublicKeys, vault: FakeVault) -> None:
        await keys.fetch()
        old = vault.pairs[0]
        vault.rotate()
        vault.pairs.remove(old)

        await keys.fetch()

        with pytest.raises(TokenRefused):
            await keys.of(vault.token(old))

    @pytest.mark.parametrize(
        ("said", "pause"),
        [
            ("public, max-age=60", 60),
            ("max-age=30,public", 30),
            ("max-age=0", 1),
            ("max-age=999999999", 3600),
            ("no-store", 60),
            ("s-max-age=5", 60),
        ],
    )
    async def test_is_due_again_when_they_say(
        self, said: str, pause: float, keys: PublicKeys, vault: FakeVault
    ) -> None:
        vault.max_age = said

        await keys.fetch()

        assert keys.pause == pause

    @pytest.mark.parametrize(
        ("status", "content"),
        [(500, b""), (302, b""), (200, b""), (200, b"[]"), (200, b'{"keys": 1}'), (204, b"")],
    )
    async def test_keeps_what_it_has_at_a_bad_answer(
        self, status: int, content: bytes, keys: PublicKeys, vault: FakeVault
    ) -> None:
        await keys.fetch()
        vault.answers[JWKS] = (status, content)

        await keys.fetch()

        assert keys.pause == RETRY
        assert (await keys.of(vault.token())).algorithm == "EdDSA"

    async def test_passes_over_what_is_no_key(self, keys: PublicKeys, vault: FakeVault) -> None:
        good = vault.jwk(vault.pairs[0])
        others = [{}, 7, good | {"x": "?"}, good | {"kid": "enc", "use": "enc"}, {"kid": "k"}]
        vault.answers[JWKS] = (200, json.dumps({"keys": [*others, good]}).encode())

        assert (await keys.of(vault.token())).algorithm == "EdDSA"
        with pytest.raises(TokenRefused):
            await keys.of(vault.token(header={"kid": "enc"}))

    async def test_tells_of_a_failure_once_and_of_its_end(
        self, keys: PublicKeys, vault: FakeVault, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "uservault.client")
        vault.down = True
        await keys.fetch()
        await keys.fetch()
        vault.down = False
        await keys.fetch()

        said = [record.message for record in caplog.records if record.name != "httpx"]
        assert said == ["cannot fetch keys: ConnectError", "keys available again"]

    async def test_says_that_there_are_none(
        self, keys: PublicKeys, vault: FakeVault, caplog: pytest.LogCaptureFixture
    ) -> None:
        vault.answers[JWKS] = (200, b'{"keys": []}')

        await keys.fetch()

        assert "publishes no keys" in caplog.text


class TestStayFresh:
    async def test_fetches_when_it_is_due(self, keys: PublicKeys, vault: FakeVault) -> None:
        await keys.fetch()
        keys.pause = 0

        staying = asyncio.create_task(keys.stay_fresh())
        await until(lambda: len(vault.asked) >= 2)
        staying.cancel()

        assert vault.paths() == [JWKS, JWKS]

    async def test_is_over_while_it_fetches(self, keys: PublicKeys, vault: FakeVault) -> None:
        fetching = asyncio.create_task(keys.fetch())
        await asyncio.sleep(0)

        await keys.close()
        await asyncio.gather(fetching, return_exceptions=True)

        assert fetching.cancelled()
