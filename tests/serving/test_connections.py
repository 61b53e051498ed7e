"""I15: who has to close when there are too many connections."""

import resource
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

import pytest

from uservault.serving.caps import RESERVED, UNLIMITED, Caps, warn_of_few_files
from uservault.serving.connections import MAX_REFUSED, OpenConnections
from uservault.serving.ranking import Ranking
from uservault.settings.tree import Settings

pytestmark = pytest.mark.promise("I15")
PROXY = "10.0.0.1"


@dataclass(eq=False)
class Fake:
    address: str | None
    since: float = 0
    silent: bool = True
    answering: bool = False

    def __post_init__(self) -> None:
        self.network = self.address


def opened(total: int, per_client: int) -> OpenConnections[Fake]:
    return OpenConnections(Caps(total, per_client, (ip_network(PROXY),)))


def entered(connections: OpenConnections[Fake], *fakes: Fake) -> None:
    for fake in fakes:
        assert connections.enter(fake) is None


class TestEviction:
    def test_takes_the_longest_silent_of_the_client_with_the_most(self) -> None:
        connections = opened(total=4, per_client=3)
        old, new = Fake("a", since=2), Fake("a", since=3)
        entered(connections, Fake("b", since=1), new, old, Fake("a", since=1, answering=True))

        assert connections.enter(Fake("c")) is old

    def test_takes_unfinished_requests_after_silent_ones(self) -> None:
        connections = opened(total=2, per_client=2)
        half, silent = Fake("a", since=1, silent=False), Fake("a", since=2)
        entered(connections, half, silent)

        assert connections.enter(Fake("b", answering=True)) is silent
        connections.leave(silent)
        connections.leave(silent)  # no harm
        assert connections.enter(Fake("c")) is half

    def test_takes_the_new_one_while_all_are_answered(self) -> None:
        connections = opened(total=2, per_client=2)
        entered(connections, Fake("a", answering=True), Fake("b", answering=True))
        new = Fake("c")

        assert connections.enter(new) is new

    def test_takes_none_from_clients_with_fewer_than_the_new_one_has(self) -> None:
        connections = opened(total=3, per_client=3)
        entered(connections, Fake("a"), Fake("b", answering=True), Fake("b", answering=True))
        new = Fake("b")

        assert connections.enter(new) is new

    def test_takes_those_of_a_proxy_last(self) -> None:
        connections = opened(total=4, per_client=1)
        direct = Fake("a", since=9)
        first = Fake(PROXY, since=1)
        entered(connections, Fake(PROXY, since=2), first, Fake(PROXY, since=3), direct)

        assert connections.enter(Fake(PROXY, since=4)) is direct
        connections.leave(direct)
        assert connections.enter(Fake(PROXY)) is first


class TestShares:
    def test_are_of_one_client(self) -> None:
        connections = opened(total=10, per_client=1)
        entered(connections, Fake("a"), Fake("b"), Fake(None))
        new = Fake("a")

        assert connections.enter(new) is new

    def test_are_free_again_after_a_connection(self) -> None:
        connections = opened(total=10, per_client=1)
        one = Fake("a")
        entered(connections, one)
        connections.leave(one)

        entered(connections, Fake("a"))


class TestRefusedConnections:
    def test_do_not_count(self) -> None:
        connections = opened(total=2, per_client=1)
        entered(connections, Fake("a"))
        for _ in range(3):
            new = Fake("a")
            assert connections.enter(new) is new
            assert connections.refuse(new) is None

        entered(connections, Fake("b"))

    def test_are_few_at_a_time(self) -> None:
        connections = opened(total=2, per_client=1)
        refused = [Fake("a") for _ in range(MAX_REFUSED)]
        assert not any(map(connections.refuse, refused))

        assert connections.refuse(Fake("a")) is refused[0]


class TestCaps:
    @pytest.mark.parametrize(
        ("files", "total", "share"),
        [
            (100, 50, 6),
            (1024, 1024 - RESERVED, (1024 - RESERVED) // 8),
            (100_000, 100_000 - RESERVED, 500),
            (resource.RLIM_INFINITY, UNLIMITED - RESERVED, 500),
        ],
    )
    def test_follow_the_limit_of_files(
        self, monkeypatch: pytest.MonkeyPatch, files: int, total: int, share: int
    ) -> None:
        allow(monkeypatch, files)

        assert Caps.of(Settings(_env_file=None)) == Caps(total, share)

    def test_follow_the_settings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        allow(monkeypatch, 10_000)

        assert Caps.of(given(max_connections=3)) == Caps(3, 1)
        assert Caps.of(given(max_connections=30, max_connections_per_client=9)) == Caps(30, 9)

    @pytest.mark.promise("I14")
    def test_stay_within_the_files_and_warn(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        allow(monkeypatch, 1000)
        few, many = given(max_connections=10), given(max_connections=1000)

        warn_of_few_files(few)
        assert not caplog.records
        warn_of_few_files(many)

        assert "MAX_CONNECTIONS" in caplog.text
        assert Caps.of(many).total == 1000 - RESERVED


def allow(monkeypatch: pytest.MonkeyPatch, files: int) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))


def given(**server: Any) -> Settings:
    return Settings(_env_file=None, server=server)


def test_a_ranking_begins_with_the_most() -> None:
    ranking = Ranking()
    for name in ("a", "b", "b", "c", "c", "c"):
        ranking.count(name, 1)

    assert list(ranking) == ["c", "b", "a"]
    assert ranking.count("c", -1) == 2
    assert ranking.count("a", -1) == 0
    assert list(ranking) == ["b", "c"]
