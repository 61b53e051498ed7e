from typing import Any

import pytest

from tests.keys.conftest import signing_with
from tests.keys.replicas import Replica, replica
from tests.support.fakes import FakeClock
from uservault.access.guard import TOKEN_EXCHANGE

PUBLIC = "https://id.example.com/auth"
METADATA = "oauth-authorization-server"


class TestGetJwks:
    async def test_shows_public_keys_and_how_long_to_keep_them(
        self, first: Replica, algorithm: str
    ) -> None:
        response = await first.well_known("jwks.json")

        members = {"EdDSA": {"crv", "x"}, "ES256": {"crv", "x", "y"}, "RS256": {"n", "e"}}
        [key] = response.json()["keys"]
        assert key.keys() == {"kid", "alg", "use", "kty"} | members[algorithm]
        assert response.headers["Cache-Control"] == "public, max-age=60"

    @pytest.mark.parametrize("shape", ["{}", "W/{}", '"x", {}', "*"])
    async def test_sends_nothing_to_who_has_it_already(self, first: Replica, shape: str) -> None:
        tag = (await first.well_known("jwks.json")).headers["ETag"]

        response = await first.well_known("jwks.json", **{"If-None-Match": shape.format(tag)})

        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == tag
        assert response.headers["Cache-Control"] == "public, max-age=60"

    @pytest.mark.parametrize("header", ['"x"', "", "x", '"'])
    async def test_sends_it_to_who_has_another(self, first: Replica, header: str) -> None:
        response = await first.well_known("jwks.json", **{"If-None-Match": header})

        assert response.status_code == 200

    async def test_has_a_new_tag_for_a_new_key(self, first: Replica, clock: FakeClock) -> None:
        before = await first.well_known("jwks.json")
        await first.rotate()
        clock.advance(seconds=30)
        after = await first.well_known("jwks.json")

        assert before.headers["ETag"] != after.headers["ETag"]

    async def test_is_empty_where_a_secret_signs(self, clock: FakeClock, database_url: str) -> None:
        async with replica(signing_with("HS256", database_url), clock) as running:
            response = await running.well_known("jwks.json")

        assert (response.status_code, response.json()) == (200, {"keys": []})


class TestGetServerMetadata:
    @pytest.mark.promise("F2")
    @pytest.mark.parametrize(
        ("others", "base", "issuer"),
        [
            ({}, "http://127.0.0.1:5000", "uservault"),
            ({"server": {"host": "::1", "port": 80}}, "http://[::1]:80", "uservault"),
            ({"public_url": f"{PUBLIC}/"}, PUBLIC, PUBLIC),
            ({"public_url": PUBLIC, "tokens": {"issuer": "us"}}, PUBLIC, "us"),
        ],
    )
    async def test_says_what_is_true_whatever_a_request_calls_us(
        self, clock: FakeClock, database_url: str, others: dict[str, Any], base: str, issuer: str
    ) -> None:
        headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}

        async with replica(signing_with("EdDSA", database_url, **others), clock) as running:
            response = await running.well_known(METADATA, **headers)

        assert response.headers["Cache-Control"] == "public, max-age=60"
        assert response.json() == {
            "issuer": issuer,
            "jwks_uri": f"{base}/.well-known/jwks.json",
            "token_endpoint": f"{base}/api/token",
            "revocation_endpoint": f"{base}/api/revoke",
            "token_endpoint_auth_methods_supported": ["none"],
            "grant_types_supported": ["password", "refresh_token", TOKEN_EXCHANGE],
            "response_types_supported": [],
        }

    async def test_is_where_a_client_looks_that_knows_the_issuer(
        self, clock: FakeClock, database_url: str
    ) -> None:
        settings = signing_with("EdDSA", database_url, public_url=PUBLIC)
        async with replica(settings, clock) as running:
            appended = await running.well_known(METADATA)
            inserted = await running.well_known(f"{METADATA}/auth")
            others = [await running.well_known(f"{METADATA}/{path}") for path in ("x", "auth/x")]

        assert inserted.json() == appended.json()
        assert inserted.headers["Cache-Control"] == "public, max-age=60"
        assert {other.status_code for other in others} == {404}

    async def test_does_not_claim_to_be_openid_connect(self, first: Replica) -> None:
        assert (await first.well_known("openid-configuration")).status_code == 404
