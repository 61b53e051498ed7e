"""What another service believes, and what it does not."""

import json
from time import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from httpx import MockTransport

from tests.client.fake_vault import FakeVault, usual
from tests.keys.elsewhere import assembled, decoded, encoded, hmac_signed
from uservault.client.errors import TokenRefused, Unavailable
from uservault.client.issuer import METADATA
from uservault.client.verifier import Verifier
from uservault.keys.pairs import generate, private_key

NESTED = "[" * 100_000


async def refuses(verifier: Verifier, token: str) -> bool:
    """Whatever else is raised fails the test."""
    try:
        await verifier.verify(token)
    except TokenRefused:
        return True
    return False


class TestVerify:
    @pytest.mark.parametrize("algorithm", ["EdDSA", "ES256", "RS256"])
    async def test_names_whom_the_token_names(self, algorithm: str) -> None:
        vault = FakeVault(algorithm)

        async with Verifier(
            "http://vault", audience="uservault", transport=MockTransport(vault)
        ) as verifier:
            principal = await verifier.verify(vault.token(tenant="x"))

        assert (principal.user_id, principal.session_id) == (7, 11)
        assert principal.roles == {"support"}
        assert principal.permissions == {"users:read"}
        assert principal.claims["tenant"] == "x"
        assert vault.paths() == ["/.well-known/jwks.json"]

    async def test_allows_for_clocks_that_differ(
        self, vault: FakeVault, verifier: Verifier
    ) -> None:
        now = int(time())

        ahead = await verifier.verify(vault.token(iat=now + 5))
        behind = await verifier.verify(vault.token(iat=now - 900, exp=now - 5))

        assert ahead.user_id == behind.user_id == 7

    @pytest.mark.promise("C3")
    @pytest.mark.parametrize("claim", ["iss", "aud", "typ", "sub", "sid", "jti", "iat", "exp"])
    async def test_wants_every_claim(
        self, claim: str, vault: FakeVault, verifier: Verifier
    ) -> None:
        assert await refuses(verifier, vault.token(**{claim: None}))

    @pytest.mark.promise("C3", "C4")
    @pytest.mark.parametrize(
        ("claim", "value"),
        [
            ("iss", "another"),
            ("aud", "another"),
            ("aud", ["uservault", "another"]),
            ("typ", "refresh"),
            ("typ", ["access"]),
            ("sub", "07"),
            ("sub", "٧"),
            ("sub", "7\n"),
            ("sub", "9" * 5000),
            ("sid", "-1"),
            ("sid", 11),
            ("jti", "a b"),
            ("iat", True),
            ("iat", 1.5),
            ("exp", float("inf")),
            ("exp", float("nan")),
            ("exp", "9999999999"),
            ("roles", "support"),
            ("roles", [1]),
            ("permissions", {"users:read": 1}),
        ],
        ids=str,
    )
    async def test_refuses_a_claim_that_is_not_theirs(
        self, claim: str, value: Any, vault: FakeVault, verifier: Verifier
    ) -> None:
        payload = json.dumps(usual() | {claim: value}).encode()
        pair = vault.pairs[0]
        token = jwt.PyJWS().encode(
            payload, private_key(pair.private), "EdDSA", {"kid": pair.kid, "typ": "JWT"}
        )

        assert await refuses(verifier, token)

    @pytest.mark.promise("C3")
    @pytest.mark.parametrize(
        ("issued", "expires"),
        [(-900, -31), (60, 900), (-5, -5), (-5, -6), (-5, 86400), (-86400 * 30, 900)],
    )
    async def test_refuses_a_time_that_is_not_now(
        self, issued: int, expires: int, vault: FakeVault, verifier: Verifier
    ) -> None:
        now = int(time())

        assert await refuses(verifier, vault.token(iat=now + issued, exp=now + expires))

    @pytest.mark.promise("H12", "I12")
    @pytest.mark.parametrize(("issued", "expires"), [(25, 900), (-900, -25)])
    async def test_takes_a_time_that_is_now_by_a_clock_half_a_minute_off(
        self, issued: int, expires: int, vault: FakeVault, verifier: Verifier
    ) -> None:
        now = int(time())

        token = vault.token(iat=now + issued, exp=now + expires)

        assert (await verifier.verify(token)).user_id == 7

    @pytest.mark.promise("C4")
    @pytest.mark.parametrize("payload", [b"", b"[]", b"null", NESTED.encode(), b"\xff", b"{"])
    async def test_refuses_a_payload_that_cannot_be_read(
        self, payload: bytes, vault: FakeVault, verifier: Verifier
    ) -> None:
        pair = vault.pairs[0]
        token = jwt.PyJWS().encode(payload, private_key(pair.private), "EdDSA", {"kid": pair.kid})

        assert await refuses(verifier, token)

    @pytest.mark.promise("C4")
    @pytest.mark.parametrize(
        "token",
        ["", ".", "..", "a.b.c", "é.é.é", "\ud800.x.y", "x" * 9000, encoded(b"[]") + ".x.y"]
        + [encoded(header) + ".x.y" for header in (b"null", b'{"kid":[]}', b'{"kid":"\xff"}')],
    )
    async def test_refuses_what_is_no_token(self, token: str, verifier: Verifier) -> None:
        assert await refuses(verifier, token)

    @pytest.mark.promise("C1")
    @pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
    async def test_refuses_no_algorithm(
        self, algorithm: str, vault: FakeVault, verifier: Verifier
    ) -> None:
        header = {"alg": algorithm, "kid": vault.pairs[0].kid}

        assert await refuses(verifier, assembled(header, usual()) + ".")

    @pytest.mark.promise("C1")
    async def test_refuses_the_public_key_as_a_secret(
        self, vault: FakeVault, verifier: Verifier
    ) -> None:
        pair = vault.pairs[0]
        public = private_key(pair.private).public_key()
        secrets = [
            decoded(pair.public_jwk["x"]),
            pair.public_jwk["x"].encode(),
            public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
            json.dumps(vault.jwk(pair)).encode(),
        ]

        for secret in secrets:
            forged = hmac_signed({"alg": "HS256", "kid": pair.kid}, usual(), secret)
            assert await refuses(verifier, forged)

    @pytest.mark.promise("C1")
    async def test_refuses_a_key_of_the_senders_own(
        self, vault: FakeVault, verifier: Verifier
    ) -> None:
        own = generate("EdDSA")
        headers: list[dict[str, Any]] = [
            {},
            {"kid": vault.pairs[0].kid},
            {"kid": vault.pairs[0].kid, "jwk": own.public_jwk},
            {"kid": vault.pairs[0].kid, "jku": "http://forger/jwks.json"},
        ]

        for header in headers:
            assert await refuses(verifier, vault.token(own, header))

    @pytest.mark.promise("C1")
    async def test_refuses_a_good_token_that_names_a_key_beside(
        self, vault: FakeVault, verifier: Verifier
    ) -> None:
        header = {"jwk": vault.pairs[0].public_jwk}

        assert await refuses(verifier, vault.token(header=header))

    async def test_refuses_the_other_key_of_the_set(self, vault: FakeVault) -> None:
        old, new = vault.pairs[0], vault.rotate()

        async with Verifier(
            "http://vault", audience="uservault", transport=MockTransport(vault)
        ) as verifier:
            assert await refuses(verifier, vault.token(old, {"kid": new.kid}))
            assert not await refuses(verifier, vault.token(old))

    @pytest.mark.promise("C2")
    async def test_refuses_what_it_must_understand_and_does_not(
        self, vault: FakeVault, verifier: Verifier
    ) -> None:
        pair = vault.pairs[0]
        header = {"alg": "EdDSA", "kid": pair.kid, "crit": ["exp"], "exp": 1}
        unsigned = assembled(header, usual())
        signature = private_key(pair.private).sign(unsigned.encode())

        assert await refuses(verifier, f"{unsigned}.{encoded(signature)}")

    async def test_refuses_a_changed_claim(self, vault: FakeVault, verifier: Verifier) -> None:
        header, _, signature = vault.token().split(".")
        payload = encoded(json.dumps(usual() | {"roles": ["admin"]}).encode())

        assert await refuses(verifier, f"{header}.{payload}.{signature}")

    @pytest.mark.promise("C1")
    async def test_believes_no_secret_key_of_the_set(self, vault: FakeVault) -> None:
        secret = b"s" * 32
        jwk = {"kty": "oct", "alg": "HS256", "kid": "s", "k": encoded(secret)}
        disguised = jwk | {"kid": "t", "kty": "OKP"}
        vault.answers[JWKS] = (200, json.dumps({"keys": [jwk, disguised]}).encode())

        async with Verifier(
            "http://vault", audience="uservault", transport=MockTransport(vault)
        ) as verifier:
            for kid in ("s", "t"):
                forged = hmac_signed({"alg": "HS256", "kid": kid}, usual(), secret)
                assert await refuses(verifier, forged)

    async def test_takes_the_name_and_audience_it_was_given(self, vault: FakeVault) -> None:
        async with Verifier(
            "http://vault",
            audience="shop",
            issuer="us",
            transport=MockTransport(vault),
        ) as verifier:
            assert not await refuses(verifier, vault.token(aud="shop", iss="us"))
            assert await refuses(verifier, vault.token())

    async def test_learns_the_name_that_the_metadata_says(
        self, vault: FakeVault, verifier: Verifier
    ) -> None:
        of_url = vault.token(iss="https://id.example.com")
        vault.answers[METADATA] = (200, b'{"issuer": "https://id.example.com"}')

        assert not await refuses(verifier, of_url)
        assert not await refuses(verifier, vault.token())  # from before it had a public URL
        assert await refuses(verifier, vault.token(iss="https://evil.example"))
        assert vault.paths().count(METADATA) == 1

    async def test_asks_for_no_name_with_a_bad_signature(
        self, vault: FakeVault, verifier: Verifier
    ) -> None:
        token = vault.token(iss="https://id.example.com")

        assert await refuses(verifier, token[:-8] + "AAAAAAAA")
        assert METADATA not in vault.paths()

    async def test_says_that_it_cannot_tell_whose_token_it_is(
        self, vault: FakeVault, verifier: Verifier
    ) -> None:
        vault.answers[METADATA] = (500, b"")

        for _ in range(3):  # it asks once in a while only, and never says that they are bad
            with pytest.raises(Unavailable):
                await verifier.verify(vault.token(iss="https://id.example.com"))
        assert vault.paths().count(METADATA) == 1

    async def test_says_that_it_cannot_say(self, vault: FakeVault) -> None:
        vault.down = True

        async with Verifier(
            "http://vault", audience="uservault", transport=MockTransport(vault)
        ) as verifier:
            with pytest.raises(Unavailable):
                await verifier.verify(vault.token())


JWKS = "/.well-known/jwks.json"
