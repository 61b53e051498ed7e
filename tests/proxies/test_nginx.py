"""The service behind nginx."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.patience import patience
from tests.support.people import PASSWORD, registration
from tests.support.proxies import nginx
from tests.support.serving import Served

GZIP = "gzip on; gzip_types application/json; gzip_min_length 20;"


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[httpx.Client]:
    """Behind an nginx that compresses and says nothing of the client."""
    pass_on = f"location / {{ proxy_pass http://127.0.0.1:{served.port}; }}"
    with (
        nginx(pass_on, GZIP) as proxy,
        httpx.Client(base_url=proxy.url, trust_env=False, timeout=patience()) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def token(client: httpx.Client) -> str:
    client.post("/api/users", json=registration("ada")).raise_for_status()
    answer = client.post("/api/login", json={"username": "ada", "password": PASSWORD})
    return str(answer.json()["access_token"])


class TestTags:
    def test_that_nginx_weakens_still_guard_against_lost_updates(
        self, client: httpx.Client, token: str
    ) -> None:
        header = {"Authorization": f"Bearer {token}"}
        tag = client.get("/api/me", headers=header).headers["ETag"]

        changes = [
            client.patch("/api/me", json={"locale": locale}, headers=header | {"If-Match": tag})
            for locale in ("de", "en")
        ]

        assert tag.startswith("W/")
        assert [each.status_code for each in changes] == [200, 412]

    @pytest.mark.parametrize("path", ["/openapi.json", "/.well-known/jwks.json"])
    def test_that_nginx_weakens_are_known_again(self, client: httpx.Client, path: str) -> None:
        tag = client.get(path).headers["ETag"]

        again = client.get(path, headers={"If-None-Match": tag})

        assert (again.status_code, again.content) == (304, b"")


def test_the_default_probe_of_nginx_is_any_request(client: httpx.Client) -> None:
    answer = client.get("/")  # HTTP/1.0 to the service, with the upstream's name as its host

    assert (answer.status_code, answer.json()["name"]) == (200, "UserVault")
