"""Where a server listens."""

import json
import socket
from pathlib import Path

import httpx
import pytest

from tests.support.patience import patience, wait_until
from tests.support.serving import Served, serving


def clients(served: Served) -> list[str]:
    """Whose requests are in the log so far."""
    lines = [json.loads(line) for line in served.said().splitlines() if line.startswith("{")]
    return [line["client"] for line in lines if line["event"] == "request"]


@pytest.mark.parametrize("workers", [1, 2])
def test_every_address_is_of_both_families(tmp_path: Path, workers: int) -> None:
    everywhere = {"USERVAULT_SERVER__HOST": "::", "USERVAULT_SERVER__WORKERS": str(workers)}
    with serving(f"sqlite:///{tmp_path}/app.db", **everywhere) as served:
        answers = [
            httpx.get(f"http://{host}:{served.port}/nothing", trust_env=False, timeout=patience())
            for host in ("127.0.0.1", "[::1]")
        ]
        wait_until(lambda: len(clients(served)) == len(answers))
        seen = clients(served)

    assert [answer.status_code for answer in answers] == [404, 404]
    assert sorted(seen) == ["127.0.0.1", "::1"]  # not ::ffff:127.0.0.1


@pytest.mark.parametrize("workers", [1, 2])
def test_one_address_is_of_its_family_alone(tmp_path: Path, workers: int) -> None:
    one = {"USERVAULT_SERVER__HOST": "127.0.0.1", "USERVAULT_SERVER__WORKERS": str(workers)}
    with (
        serving(f"sqlite:///{tmp_path}/app.db", **one) as served,
        pytest.raises(ConnectionRefusedError),
    ):
        socket.create_connection(("::1", served.port), timeout=patience())
