import asyncio
import json
from typing import Any

import jwt
import pytest

from tests.support.databases import SECRET
from tests.support.fakes import FakeClock
from tests.support.people import Person


def forged(token: str, key: str = SECRET, alg: str = "HS256", **but: Any) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    changed = {name: value for name, value in (claims | but).items() if value is not None}
    return jwt.api_jws.encode(json.dumps(changed).encode(), key, alg)


async def status(person: Person) -> int:
    return (await person.get(f"/users/{person.id}")).status_code


@pytest.mark.promise("C7", "C10")
async def test_a_token_says_nothing_about_its_user(ada: Person) -> None:
    claims = jwt.decode(ada.token, options={"verify_signature": False})

    standard = {"iss", "aud", "sub", "jti", "iat", "exp"}
    assert set(claims) == standard | {"auth_time", "amr", "typ", "sid", "roles", "permissions"}
    assert claims["exp"] - claims["iat"] == 15 * 60


@pytest.mark.promise("C7", "H12")
async def test_ends_with_its_time(ada: Person, clock: FakeClock) -> None:
    clock.advance(minutes=15, seconds=29)
    assert await status(ada) == 200

    clock.advance(seconds=1)
    assert await status(ada) == 401


@pytest.mark.promise("H12")
async def test_a_token_of_a_clock_that_is_ahead_is_good(ada: Person, clock: FakeClock) -> None:
    clock.advance(seconds=-30)
    assert await status(ada) == 200

    clock.advance(seconds=-1)
    assert await status(ada) == 401


async def test_many_at_once_are_each_themselves(admin: Person, ada: Person) -> None:
    asked = [(person, person.id) for person in (admin, ada)] * 10

    responses = await asyncio.gather(*(person.get(f"/users/{id}") for person, id in asked))

    assert [response.json()["id"] for response in responses] == [id for _, id in asked]


async def test_a_token_of_ours_made_elsewhere_is_good(ada: Person) -> None:
    ada.token = forged(ada.token)

    assert await status(ada) == 200


@pytest.mark.promise("C3", "C4")
@pytest.mark.parametrize("claim", ["iss", "aud", "typ", "sub", "sid", "jti", "iat", "exp", "roles"])
@pytest.mark.parametrize("value", [None, {}, -1.5, float("inf"), "\ud800", "two words"])
async def test_wants_every_claim_and_believes_none_that_is_odd(
    ada: Person, claim: str, value: Any
) -> None:
    ada.token = forged(ada.token, **{claim: value})

    assert await status(ada) == 401


@pytest.mark.parametrize("extra", [{"nbf": 0}, {"role": "admin"}, {"exp": 2**40}])
async def test_believes_no_claim_that_is_not_ours(ada: Person, extra: dict[str, Any]) -> None:
    ada.token = forged(ada.token, **extra)

    assert await status(ada) == 401


@pytest.mark.promise("C1")
@pytest.mark.parametrize("alg", ["none", "HS384", "HS512"])
async def test_knows_one_algorithm(ada: Person, alg: str) -> None:
    key = "" if alg == "none" else "k" * 64
    ada.token = forged(ada.token, key, alg)

    assert await status(ada) == 401


async def test_knows_one_key(ada: Person) -> None:
    ada.token = forged(ada.token, "x" * 32)

    assert await status(ada) == 401
