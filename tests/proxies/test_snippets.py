"""The configurations in the documentation, as they stand there."""

import re
from collections.abc import Iterator

import httpx
import pytest

from tests.support.pages import ROOT
from tests.support.patience import patience
from tests.support.proxies import haproxy_with, nginx
from tests.support.serving import Served, serving

PAGES = ROOT / "docs" / "running"
ADDRESS = "127.0.0.1:5000"


def snippet(page: str, language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", (PAGES / page).read_text(), re.DOTALL)
    assert ADDRESS in found
    return str(found)


def ask(url: str) -> httpx.Response:
    return httpx.get(url, trust_env=False, timeout=patience())


def test_nginx_passes_on(served: Served) -> None:
    with nginx(
        snippet("proxies.md", "nginx").replace(ADDRESS, f"127.0.0.1:{served.port}")
    ) as proxy:
        assert ask(f"{proxy.url}/readyz").status_code == 200


def test_haproxy_passes_on(served: Served) -> None:
    backend = snippet("proxies.md", "haproxy").replace(ADDRESS, f"127.0.0.1:{served.port}")
    with haproxy_with(backend) as proxy:
        assert ask(f"{proxy.url}/readyz").status_code == 200


@pytest.mark.parametrize("path", ["/auth/readyz", "/.well-known/oauth-authorization-server/auth"])
def test_nginx_passes_on_a_path(below: Served, path: str) -> None:
    locations = snippet("sub-paths.md", "nginx").replace(ADDRESS, f"127.0.0.1:{below.port}")
    with nginx(locations) as proxy:
        assert ask(f"{proxy.url}{path}").status_code == 200


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    database = f"sqlite:///{tmp_path_factory.mktemp('database')}/app.db"
    with serving(database, USERVAULT_PUBLIC_URL="https://example.com/auth") as served:
        yield served
