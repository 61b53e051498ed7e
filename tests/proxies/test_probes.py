"""What HAProxy asks on its own to see whether the service is well."""

import csv

import httpx
import pytest

from tests.support.patience import patience, wait_until
from tests.support.proxies import haproxy
from tests.support.serving import Served

CHECKS = {
    "a connection": ("", "L4OK"),
    "its default request": ("option httpchk", "L7OK"),  # OPTIONS / in HTTP/1.0
    "GET": ("option httpchk GET /", "L7OK"),
    "HEAD": ("option httpchk HEAD /", "L7OK"),
    "readiness": ("option httpchk GET /readyz", "L7OK"),
    "HTTP/1.1": (
        "option httpchk\n  http-check send meth GET uri / ver HTTP/1.1 hdr Host x",
        "L7OK",
    ),
}


@pytest.mark.parametrize(("check", "well"), CHECKS.values(), ids=CHECKS)
def test_finds_the_service_well(served: Served, check: str, well: str) -> None:
    with (
        haproxy(served.port, check) as proxy,
        httpx.Client(base_url=proxy.url, trust_env=False, timeout=patience()) as client,
    ):
        assert wait_until(lambda: checked(client) not in ("", "INI"))

        assert checked(client) == well
        assert client.get("/").json()["name"] == "UserVault"


def checked(client: httpx.Client) -> str:
    """How the last check of the service ended, by HAProxy's statistics."""
    lines = client.get("/haproxy;csv").text.splitlines()
    rows = csv.DictReader(lines)
    [row] = [row for row in rows if row["svname"] == "uservault"]
    return row["check_status"].removeprefix("* ")  # while another one runs
