"""OAuth libraries, used against a service that runs: its refusals are their own errors."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import InvalidGrantError, LegacyApplicationClient
from requests_oauthlib import OAuth2Session

from tests.support.patience import patience
from tests.support.people import PASSWORD, registration
from tests.support.serving import Served, serving

pytestmark = pytest.mark.once
RIGHT = {"username": "ada", "password": PASSWORD}
WRONG = {"username": "ada", "password": "wrong-password-1"}


@pytest.fixture(scope="module")
def served(module_url: str) -> Iterator[Served]:
    with serving(module_url) as served:
        answer = httpx.post(f"{served.url}/api/users", json=registration("ada"), timeout=patience())
        assert answer.status_code == 201
        yield served


@pytest.fixture
def url(served: Served) -> str:
    return f"{served.url}/api/token"


class TestRequestsOAuthlib:
    @pytest.fixture
    def session(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
        with OAuth2Session(client=LegacyApplicationClient("app")) as session:
            session.trust_env = False
            yield session

    def test_logs_in_then_refreshes(self, session: Any, served: Served, url: str) -> None:
        first = session.fetch_token(url, **RIGHT)
        second = session.refresh_token(url)

        assert first["refresh_token"] != second["refresh_token"]
        assert session.get(f"{served.url}/api/me").json()["username"] == "ada"

    def test_raises_its_own_error_for_a_wrong_password(self, session: Any, url: str) -> None:
        with pytest.raises(InvalidGrantError, match="password is wrong"):
            session.fetch_token(url, **WRONG)

    def test_raises_its_own_error_for_an_unknown_refresh_token(
        self, session: Any, url: str
    ) -> None:
        with pytest.raises(InvalidGrantError, match="refresh token is not valid"):
            session.refresh_token(url, refresh_token="unknown")


class TestAuthlib:
    @pytest.fixture
    def session(self) -> Iterator[Any]:
        method = "none"
        with AuthlibSession("app", token_endpoint_auth_method=method) as session:
            session.trust_env = False
            yield session

    def test_logs_in_then_refreshes(self, session: Any, served: Served, url: str) -> None:
        first = session.fetch_token(url, **RIGHT)
        second = session.refresh_token(url, refresh_token=first["refresh_token"])

        assert first["refresh_token"] != second["refresh_token"]
        assert session.get(f"{served.url}/api/me").json()["username"] == "ada"

    def test_raises_its_own_error_for_a_wrong_password(self, session: Any, url: str) -> None:
        with pytest.raises(OAuthError, match=r"invalid_grant: .*password is wrong"):
            session.fetch_token(url, **WRONG)

    def test_raises_its_own_error_for_an_unknown_refresh_token(
        self, session: Any, url: str
    ) -> None:
        with pytest.raises(OAuthError, match=r"invalid_grant: .*refresh token is not valid"):
            session.refresh_token(url, refresh_token="unknown")
