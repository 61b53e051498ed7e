"""How a service is told of what has ended, and what it does while it is not."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable

import pytest
from httpx import AsyncClient, MockTransport

from tests.client.fake_vault import FakeVault
from tests.client.test_keys import Stopwatch
from tests.support.patience import patience
from uservault.client.account import ServiceAccount
from uservault.client.errors import TokenRefused, Unavailable
from uservault.client.feed import RevocationFeed
from uservault.client.revocations import Revocations
from uservault.client.verifier import Verifier

FEED, LOGIN, REFRESH = "/api/revocations", "/api/login", "/api/refresh"
PASSWORD = "a password that nobody may see"


@pytest.fixture
def watch() -> Stopwatch:
    return Stopwatch()


@pytest.fixture
async def feed(vault: FakeVault, watch: Stopwatch) -> AsyncIterator[RevocationFeed]:
    async with AsyncClient(base_url="http://vault", transport=MockTransport(vault)) as http:
        account = ServiceAccount(http, "orders", PASSWORD, watch)
        yield RevocationFeed(http, account, Revocations(10**9, skew=1), watch)


def following(vault: FakeVault, fail_closed: bool | None = False, max_stale: float = 1) -> Verifier:
    return Verifier(
        "http://vault",
        audience="uservault",
        username="orders",
        password=PASSWORD,
        poll=0.02,
        max_stale=max_stale,
        fail_closed=fail_closed,
        transport=MockTransport(vault),
    )


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(patience(5)):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def age_of(verifier: Verifier) -> float:
    assert verifier.feed
    return verifier.feed.age()


class TestPoll:
    async def test_logs_in_once(self, feed: RevocationFeed, vault: FakeVault) -> None:
        assert await feed.poll()
        assert await feed.poll()

        assert vault.paths() == [LOGIN, FEED, FEED]
        assert json.loads(vault.asked[0].content) == {"username": "orders", "password": PASSWORD}

    async def test_reads_on_while_there_is_more(
        self, feed: RevocationFeed, vault: FakeVault
    ) -> None:
        for session_id in range(1, 6):
            vault.revoke(kind="sessions", session_ids=[session_id])

        await feed.poll()

        assert len(feed.revocations) == 5
        assert vault.paths() == [LOGIN, FEED, FEED, FEED]

    async def test_asks_for_what_is_new(self, feed: RevocationFeed, vault: FakeVault) -> None:
        vault.revoke(kind="sessions", session_ids=[1])
        await feed.poll()
        await feed.poll()
        await feed.poll()
        vault.revoke(kind="user", user_id=7)
        await feed.poll()

        _, *polls = vault.asked
        assert [poll.url.query.decode() for poll in polls] == ["", "after=1", "after=1", "after=1"]
        assert ["If-None-Match" in poll.headers for poll in polls] == [False, False, True, True]
        assert len(feed.revocations) == 2

    async def test_does_not_read_on_for_ever(self, feed: RevocationFeed, vault: FakeVault) -> None:
        vault.answers[FEED] = (200, b'{"revocations": [], "cursor": "3", "more": true}')

        assert await feed.poll()

        assert vault.paths() == [LOGIN, FEED, FEED]

    async def test_refreshes_its_token_in_time(
        self, feed: RevocationFeed, vault: FakeVault, watch: Stopwatch
    ) -> None:
        await feed.poll()
        watch.seconds += 719
        await feed.poll()
        watch.seconds += 1
        await feed.poll()

        assert vault.paths() == [LOGIN, FEED, FEED, REFRESH, FEED]

    async def test_logs_in_again_when_its_session_has_ended(
        self, feed: RevocationFeed, vault: FakeVault
    ) -> None:
        vault.revoke(kind="sessions", session_ids=[1])
        await feed.poll()
        vault.live = ""

        assert await feed.poll()

        assert vault.paths() == [LOGIN, FEED, FEED, LOGIN, FEED]
        assert vault.asked[-1].url.query == b""  # the cursor may be another database's

    async def test_logs_in_again_when_it_is_not_refreshed(
        self, feed: RevocationFeed, vault: FakeVault, watch: Stopwatch
    ) -> None:
        await feed.poll()
        vault.live = ""
        watch.seconds += 900

        assert await feed.poll()

        assert vault.paths() == [LOGIN, FEED, REFRESH, LOGIN, FEED]

    @pytest.mark.promise("G1")
    @pytest.mark.parametrize("path", [LOGIN, FEED])
    @pytest.mark.parametrize(
        ("status", "content"),
        [(401, b""), (403, b""), (429, b""), (500, b""), (302, b""), (200, b"{}"), (200, b"<")],
    )
    async def test_survives_a_bad_answer_and_tells_no_secret(
        self,
        path: str,
        status: int,
        content: bytes,
        feed: RevocationFeed,
        vault: FakeVault,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        vault.answers[path] = (status, content)

        assert not await feed.poll()
        assert feed.age() == float("inf")
        del vault.answers[path]
        assert await feed.poll()

        assert feed.age() == 0
        assert "cannot fetch revocations" in caplog.text
        assert PASSWORD not in caplog.text
        assert "session-" not in caplog.text

    @pytest.mark.parametrize(
        "revocation",
        [{}, {"kind": "user", "at": "?"}, {"kind": "sessions", "at": "2026-01-01T00:00:00Z"}, 7],
    )
    async def test_takes_no_news_that_it_cannot_read_for_good_news(
        self, revocation: object, feed: RevocationFeed, vault: FakeVault
    ) -> None:
        body = {"revocations": [revocation], "cursor": "1", "more": False}
        vault.answers[FEED] = (200, json.dumps(body).encode())

        assert not await feed.poll()


class TestFollow:
    async def test_tries_less_and_less_often(self, feed: RevocationFeed, vault: FakeVault) -> None:
        vault.down = True

        task = asyncio.create_task(feed.follow(0.02))
        await asyncio.sleep(0.5)
        tries = len(vault.asked)
        vault.down = False
        await until(lambda: feed.age() == 0)
        task.cancel()

        assert 1 <= tries <= 5  # after 20, 60, 140, 300 and 620 ms


class TestVerifier:
    async def test_refuses_what_has_ended(self, vault: FakeVault) -> None:
        vault.revoke(kind="sessions", session_ids=[11])

        async with following(vault) as verifier:
            with pytest.raises(TokenRefused):
                await verifier.verify(vault.token())
            assert (await verifier.verify(vault.token(sid="12"))).session_id == 12

            vault.revoke(kind="sessions", session_ids=[12])
            await until(lambda: len(verifier.revocations) == 2)
            with pytest.raises(TokenRefused):
                await verifier.verify(vault.token(sid="12"))

    async def test_goes_on_with_a_warning_while_it_is_not_told(
        self, vault: FakeVault, caplog: pytest.LogCaptureFixture
    ) -> None:
        vault.revoke(kind="sessions", session_ids=[12])

        async with following(vault) as verifier:
            vault.down = True
            await until(lambda: age_of(verifier) > 1)

            assert (await verifier.verify(vault.token())).user_id == 7
            assert (await verifier.verify(vault.token())).user_id == 7
            with pytest.raises(TokenRefused):
                await verifier.verify(vault.token(sid="12"))

        assert caplog.text.count("valid until they expire") == 1

    async def test_refuses_all_if_it_is_asked_to_until_it_is_told_again(
        self, vault: FakeVault, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, "uservault.client")

        async with following(vault, fail_closed=True) as verifier:
            assert (await verifier.verify(vault.token())).user_id == 7
            vault.down = True
            await until(lambda: age_of(verifier) > 1)
            with pytest.raises(Unavailable):
                await verifier.verify(vault.token())
            vault.down = False
            await until(lambda: "revocations available again" in caplog.text)

            assert (await verifier.verify(vault.token())).user_id == 7

    async def test_starts_without_news(self, vault: FakeVault) -> None:
        vault.answers[LOGIN] = (401, b"")

        async with following(vault) as verifier:
            assert (await verifier.verify(vault.token())).user_id == 7
        async with following(vault, fail_closed=True) as verifier:
            with pytest.raises(Unavailable):
                await verifier.verify(vault.token())

    @pytest.mark.promise("I12")
    async def test_refuses_all_unless_it_is_told_otherwise(self, vault: FakeVault) -> None:
        vault.answers[FEED] = (503, b"")

        async with following(vault, fail_closed=None) as verifier:
            with pytest.raises(Unavailable):
                await verifier.verify(vault.token())

    async def test_cannot_fail_closed_without_an_account(self) -> None:
        with pytest.raises(ValueError, match="account"):
            Verifier("http://vault", audience="uservault", fail_closed=True)
