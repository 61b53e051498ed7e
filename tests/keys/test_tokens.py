"""Tokens that key pairs sign: who believes them, and which ones nobody does."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.keys.conftest import signing_with
from tests.keys.elsewhere import assembled, believes, decoded, encoded, hmac_signed
from tests.keys.replicas import Replica, kid_of, replica
from tests.support.databases import SECRET
from tests.support.fakes import FakeClock
from tests.support.people import register
from uservault.keys.pairs import generate, private_key, public_key, purpose, thumbprint

ODD_KIDS: list[Any] = [
    None, 1, [], {}, True, "", "x" * 43, "x" * 3000, "../../../../dev/null", "a\0b", "é" * 43,
    "' OR '1'='1", "x' UNION SELECT 'AAAA", "http://127.0.0.1/jwks.json", "\ud800",
]  # fmt: skip


async def test_are_believed_here_and_elsewhere(first: Replica, algorithm: str) -> None:
    ada = await register(first.client, "ada")
    jwks = await first.jwks()

    assert (await first.read(ada.token)).status_code == 200
    assert [(key["alg"], key["kid"]) for key in jwks] == [(algorithm, kid_of(ada.token))]
    assert believes(jwks, ada.token)
    assert not believes(jwks, ada.token[:-20] + "A" * 20)


async def test_are_believed_by_the_other_process(first: Replica, second: Replica) -> None:
    ada = await register(first.client, "ada")

    assert (await second.read(ada.token)).status_code == 200


async def test_name_their_key_by_its_thumbprint(first: Replica, algorithm: str) -> None:
    [jwk] = await first.jwks()

    required = {"OKP": "crv kty x", "EC": "crv kty x y", "RSA": "e kty n"}[jwk["kty"]].split()
    assert jwk["kid"] == thumbprint({name: jwk[name] for name in required})
    assert jwk["use"] == "sig"


def test_a_thumbprint_is_the_one_of_the_standard() -> None:
    # RFC 8037, appendix A.3
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

    assert thumbprint(jwk) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.promise("C1")
async def test_forged_from_what_is_public_are_refused(first: Replica, algorithm: str) -> None:
    ada = await register(first.client, "ada")
    claims = jwt.decode(ada.token, options={"verify_signature": False})
    [jwk] = await first.jwks()
    public = public_key(algorithm, jwk)
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    raw = decoded(jwk.get("x") or jwk["n"])
    as_text = [json.dumps(jwk), json.dumps(jwk, separators=(",", ":")), jwk["kid"]]
    secrets = [pem, pem.strip(), der, raw, b"", SECRET.encode(), *map(str.encode, as_text)]
    headers = [{"alg": "HS256", "typ": "JWT"} | more for more in ({}, {"kid": jwk["kid"]})]
    forged = [hmac_signed(header, claims, secret) for header in headers for secret in secrets]
    forged += [
        assembled({"alg": alg, "kid": jwk["kid"]}, claims) + "." + signature
        for alg in ("none", "None", "NONE", "", algorithm, "HS256")
        for signature in ("", ada.token.rpartition(".")[2])
    ]

    assert [token for token in forged if (await first.read(token)).status_code != 401] == []


@pytest.mark.promise("C1")
async def test_signed_by_a_key_of_the_senders_are_refused(first: Replica, algorithm: str) -> None:
    ada = await register(first.client, "ada")
    claims = jwt.decode(ada.token, options={"verify_signature": False})
    pair = generate(algorithm)
    theirs, ours = pair.public_jwk | {"kid": pair.kid, "alg": algorithm}, kid_of(ada.token)
    where = "http://127.0.0.1:1/jwks.json"
    headers: list[dict[str, Any]] = [
        {"kid": kid} | more
        for kid in (ours, pair.kid, where)
        for more in ({}, {"jwk": theirs}, {"jku": where}, {"x5u": where}, {"x5c": ["AAAA"]})
    ]
    key = private_key(pair.private)
    forged = [jwt.encode(claims, key, algorithm, headers=header) for header in headers]

    assert [token for token in forged if (await first.read(token)).status_code != 401] == []


@pytest.mark.promise("C1", "C4")
async def test_signed_by_our_key_under_another_name_are_refused(first: Replica) -> None:
    ada = await register(first.client, "ada")
    claims = jwt.decode(ada.token, options={"verify_signature": False})
    key = await private_half_of(first, kid_of(ada.token))
    asked = first.count_readings()

    def named(**header: Any) -> str:
        unsigned = assembled({"alg": "EdDSA", "typ": "JWT"} | header, claims)
        return f"{unsigned}.{encoded(key.sign(unsigned.encode()))}"

    odd = [named(kid=kid) for kid in ODD_KIDS] + [named()]
    odd += [named(kid=kid_of(ada.token), jwk={}), named(kid=kid_of(ada.token), crit=["x"])]
    odd += [
        f"{encoded(header)}.{ada.token.partition('.')[2]}" for header in (b"", b"[]", b"[" * 999)
    ]

    assert (await first.read(named(kid=kid_of(ada.token)))).status_code == 200
    assert [token for token in odd if (await first.read(token)).status_code != 401] == []
    assert len(asked) == 1  # for the one name that could be a key's


@pytest.mark.promise("C1")
async def test_of_one_algorithm_are_not_believed_by_a_key_of_another(
    first: Replica, clock: FakeClock, database_url: str
) -> None:
    ada = await register(first.client, "ada")
    claims = jwt.decode(ada.token, options={"verify_signature": False})
    async with replica(signing_with("ES256", database_url), clock) as other:
        [edwards, nist] = await other.jwks()
        key = await private_half_of(other, edwards["kid"])
        mixed = [
            assembled({"alg": alg, "kid": kid}, claims)
            for alg, kid in (("EdDSA", nist["kid"]), ("ES256", edwards["kid"]))
        ]
        forged = [f"{unsigned}.{encoded(key.sign(unsigned.encode()))}" for unsigned in mixed]

        assert (nist["alg"], edwards["alg"]) == ("ES256", "EdDSA")
        assert [(await other.read(token)).status_code for token in forged] == [401, 401]


@pytest.mark.promise("C7")
async def test_end_with_their_time(first: Replica, clock: FakeClock) -> None:
    ada = await register(first.client, "ada")
    clock.advance(minutes=15, seconds=29)
    assert (await first.read(ada.token)).status_code == 200

    clock.advance(seconds=1)

    assert (await first.read(ada.token)).status_code == 401


async def test_that_a_secret_signs_name_no_key(clock: FakeClock, database_url: str) -> None:
    async with replica(signing_with("HS256", database_url), clock) as running:
        ada = await register(running.client, "ada")

        assert kid_of(ada.token) is None
        assert await running.jwks() == []
        assert await running.table() == []


async def test_of_the_secret_end_when_key_pairs_take_over(
    clock: FakeClock, database_url: str
) -> None:
    async with replica(signing_with("HS256", database_url), clock) as before:
        ada = await register(before.client, "ada")
    async with replica(signing_with("EdDSA", database_url), clock) as after:
        assert (await after.read(ada.token)).status_code == 401
        assert (await after.read(await after.login("ada"))).status_code == 200


async def private_half_of(running: Replica, kid: str | None) -> Any:
    [sealed] = [row.private_sealed for row in await running.table() if row.kid == kid]
    return private_key(running.resources.sealer.open(sealed, purpose(str(kid))))
