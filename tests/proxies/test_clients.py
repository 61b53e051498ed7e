"""Who the client is, as proxies report it, whatever the client says of itself."""

import json
from collections.abc import Iterator

import httpx
import pytest

from tests.support.patience import patience, wait_until
from tests.support.proxies import HEADERS, haproxy, nginx
from tests.support.serving import Served, serving

CLIENT = "127.0.0.2"
SPOOFED = {"X-Forwarded-For": "6.6.6.6", "Forwarded": 'for=6.6.6.6, for="6.6.6.6'}
# HAProxy can write any header; its own `option forwarded` came with version 2.8.
FORWARDED = 'http-request add-header Forwarded "for=\\"%[src]:%[src_port]\\";proto=http"'
WITH_PORT = 'http-request add-header X-Forwarded-For "%[src]:%[src_port]"'
BRACKETS = 'http-request add-header X-Forwarded-For "[::ffff:%[src]]:%[src_port]"'


@pytest.mark.promise("B5")
@pytest.mark.parametrize(
    "line", ["option forwardfor", WITH_PORT, BRACKETS], ids=["plain", "port", "v6"]
)
def test_haproxy_tells_in_x_forwarded_for(served: Served, line: str) -> None:
    with haproxy(served.port, line) as proxy:
        assert seen(served, proxy.url) == CLIENT


@pytest.mark.promise("B5")
def test_nginx_tells_in_x_forwarded_for(served: Served) -> None:
    pass_on = f"location / {{ {HEADERS} proxy_pass http://127.0.0.1:{served.port}; }}"
    with nginx(pass_on) as proxy:
        assert seen(served, proxy.url) == CLIENT


@pytest.mark.promise("B5")
def test_haproxy_tells_in_forwarded(served_forwarded: Served) -> None:
    with haproxy(served_forwarded.port, FORWARDED) as proxy:
        assert seen(served_forwarded, proxy.url) == CLIENT


@pytest.mark.promise("B5")
def test_what_only_a_client_can_have_said_is_not_read(served: Served) -> None:
    with haproxy(served.port, "http-request del-header X-Forwarded-For") as proxy:
        assert seen(served, proxy.url) == "127.0.0.1"  # the proxy, which says nothing
    assert "USERVAULT_SERVER__FORWARDED_HEADER" in served.said()


@pytest.fixture(scope="module")
def served_forwarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    url = f"sqlite:///{tmp_path_factory.mktemp('database')}/app.db"
    told = {
        "USERVAULT_TRUSTED_PROXIES": "127.0.0.1",
        "USERVAULT_SERVER__FORWARDED_HEADER": "Forwarded",
    }
    with serving(url, **told) as served:
        yield served


def seen(served: Served, url: str) -> str:
    """The client of a request through the proxy, by the log."""
    transport = httpx.HTTPTransport(local_address=CLIENT)
    with httpx.Client(transport=transport, timeout=patience()) as client:
        id = client.get(f"{url}/nothing", headers=SPOOFED).headers["X-Request-ID"]
    assert wait_until(lambda: id in served.said())
    [line] = [line for line in served.said().splitlines() if id in line]
    return str(json.loads(line)["client"])
