import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from statistics import median
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from passlib.hash import argon2, bcrypt, bcrypt_sha256

from tests.support import databases
from tests.support.people import PASSWORD, registration
from uservault.app import create_app
from uservault.db.unit_of_work import unit_of_work
from uservault.passwords.hasher import PooledHasher, TooManyPasswords
from uservault.passwords.models import Password
from uservault.settings.passwords import PasswordSettings
from uservault.wiring.ports import Resources

ARGON2ID = argon2.using(type="ID", time_cost=2, memory_cost=19456, parallelism=1)
LONG = "x" * 200


@pytest.fixture
def make() -> Iterator[Callable[..., PooledHasher]]:
    """Real hashers, as fast as they come."""
    made: list[PooledHasher] = []

    def hasher(**options: object) -> PooledHasher:
        settings = PasswordSettings.model_validate({"rounds": 4, "workers": 1} | options)
        made.append(PooledHasher(settings))
        return made[-1]

    yield hasher
    for each in made:
        each.close()


Make = Callable[..., PooledHasher]


class TestPooledHasher:
    @pytest.mark.promise("A1")
    @pytest.mark.parametrize(
        ("scheme", "start"),
        [
            ("bcrypt_sha256", "$bcrypt-sha256$v=2,t=2b,r=4$"),
            ("argon2id", "$argon2id$v=19$m=19456,t=2,p=1$"),
        ],
    )
    async def test_knows_what_it_hashed(self, make: Make, scheme: str, start: str) -> None:
        hasher = make(scheme=scheme)

        hash, other = await hasher.hash("sesame"), await hasher.hash("sesame")

        assert hash.startswith(start)  # parameters in the hash
        assert hash != other  # salt
        verdict = await hasher.verify("sesame", hash)
        assert (verdict.right, verdict.better_hash) == (True, None)

    @pytest.mark.promise("A3", "A4")
    @pytest.mark.parametrize("scheme", ["bcrypt_sha256", "argon2id"])
    async def test_takes_a_password_exactly_as_typed(self, make: Make, scheme: str) -> None:
        hasher = make(scheme=scheme)
        hash = await hasher.hash("Sesame")

        for almost in ("sesame", "Sesame ", " Sesame", "Sesame\0", "Sesam", "", "Sesame\u0301"):
            assert not (await hasher.verify(almost, hash)).right

    @pytest.mark.promise("A4")
    async def test_takes_an_accent_in_either_form(self, make: Make) -> None:
        hasher = make()
        hash = await hasher.hash("Se\u0301same")

        for typed in ("S\u00e9same", "Se\u0301same"):
            verdict = await hasher.verify(typed, hash)
            assert (verdict.right, verdict.better_hash) == (True, None)
        assert not (await hasher.verify("Sesame", hash)).right

    @pytest.mark.promise("A4")
    async def test_takes_what_was_hashed_as_it_was_typed(self, make: Make) -> None:
        hasher, before = make(), bcrypt_sha256.using(rounds=4).hash("Se\u0301same")

        verdict = await hasher.verify("Se\u0301same", before)

        assert verdict.right
        assert verdict.better_hash
        assert (await hasher.verify("S\u00e9same", verdict.better_hash)).right

    @pytest.mark.promise("A2")
    @pytest.mark.parametrize("scheme", ["bcrypt_sha256", "argon2id"])
    async def test_cuts_nothing_off(self, make: Make, scheme: str) -> None:
        hasher = make(scheme=scheme)
        hash = await hasher.hash(LONG)

        assert (await hasher.verify(LONG, hash)).right
        assert not (await hasher.verify(LONG[:-1] + "y", hash)).right
        assert not (await hasher.verify(LONG[:72], hash)).right

    @pytest.mark.promise("A1")
    @pytest.mark.parametrize(
        "foreign",
        [
            bcrypt.using(rounds=4).hash("sesame"),
            bcrypt.using(rounds=4, ident="2y").hash("sesame"),
            bcrypt_sha256.using(rounds=5).hash("sesame"),
            argon2.using(type="ID", time_cost=1, memory_cost=64, parallelism=1).hash("sesame"),
        ],
        ids=["bcrypt", "bcrypt 2y", "another cost", "argon2"],
    )
    @pytest.mark.parametrize("scheme", ["bcrypt_sha256", "argon2id"])
    async def test_replaces_what_is_not_of_the_present_scheme_and_cost(
        self, make: Make, scheme: str, foreign: str
    ) -> None:
        hasher = make(scheme=scheme)

        verdict = await hasher.verify("sesame", foreign)
        wrong = await hasher.verify("wrong", foreign)

        assert verdict.right
        assert verdict.better_hash
        assert (await hasher.verify("sesame", verdict.better_hash)).better_hash is None
        assert (wrong.right, wrong.better_hash) == (False, None)

    @pytest.mark.parametrize(
        "damaged",
        ["", "x", "!", "plain text", "$2b$04$short", "$argon2id$v=19$m=1", "$bcrypt-sha256$v=9$x",
         "$bcrypt-sha256$v=2,t=2b,r=99$" + "." * 22 + "$" + "." * 31, "$2x$04$" + "." * 53,
         "$argon2id$v=19$m=19456,t=2,p=1$AAAA$é", "pbkdf2:sha256:1$a$b"],
    )  # fmt: skip
    async def test_opens_nothing_by_a_damaged_hash(self, make: Make, damaged: str) -> None:
        verdict = await make().verify("sesame", damaged)

        assert (verdict.right, verdict.better_hash) == (False, None)

    @pytest.mark.promise("B2")
    @pytest.mark.parametrize("scheme", ["bcrypt_sha256", "argon2id"])
    async def test_never_lets_in_nobody(self, make: Make, scheme: str) -> None:
        assert not (await make(scheme=scheme).verify("", None)).right

    @pytest.mark.promise("B2", "I13")
    @pytest.mark.parametrize(
        ("now", "stored"),
        [
            ({"rounds": 9}, [bcrypt_sha256.using(rounds=5)]),
            ({"rounds": 9}, [bcrypt.using(rounds=5)]),
            ({"rounds": 5}, [bcrypt_sha256.using(rounds=9)]),
            ({"scheme": "argon2id"}, [bcrypt_sha256.using(rounds=9)]),
            ({"rounds": 9}, [ARGON2ID]),
            ({"rounds": 6}, [bcrypt.using(rounds=8), bcrypt_sha256.using(rounds=9), ARGON2ID]),
        ],
        ids=["raised", "raised, bcrypt", "lowered", "to argon2id", "from argon2id", "four at once"],
    )
    async def test_takes_as_long_for_nobody_as_for_every_hash(
        self, make: Make, now: dict[str, object], stored: list[Any]
    ) -> None:
        hasher = make(**now)
        hashes = [kind.hash("sesame") for kind in stored]
        hasher.expect(hashes)

        unknown = await _cpu(lambda: hasher.verify("wrong", None))
        for hash in (*hashes, await hasher.hash("sesame")):
            known = await _cpu(lambda: hasher.verify("wrong", hash))  # noqa: B023 - called at once
            assert 0.75 < known / unknown < 1.25

    @pytest.mark.promise("I13")
    async def test_learns_the_cost_of_what_it_verifies(self, make: Make) -> None:
        hasher, hash = make(rounds=4), bcrypt_sha256.using(rounds=9).hash("sesame")
        before = await _cpu(lambda: hasher.verify("wrong", None))

        await hasher.verify("wrong", hash)

        assert await _cpu(lambda: hasher.verify("wrong", None)) > 4 * before

    @pytest.mark.promise("I13")
    async def test_forgets_a_cost_that_is_stored_no_longer(self, make: Make) -> None:
        hasher = make(rounds=4)
        hasher.expect([bcrypt_sha256.using(rounds=9).hash("sesame")])
        before = await _cpu(lambda: hasher.verify("wrong", None))

        hasher.expect([])

        assert await _cpu(lambda: hasher.verify("wrong", None)) < before / 4

    async def test_bounds_what_a_refusal_computes(self, make: Make) -> None:
        hasher = make(rounds=4)
        hasher.expect([bcrypt.using(rounds=5).hash("sesame")] * 20)
        few = await _cpu(lambda: hasher.verify("wrong", None))

        hasher.expect(f"$argon2id$v=19$m={each},t=1,p=1$AAAA$AAAA" for each in range(64, 264))

        assert await _cpu(lambda: hasher.verify("wrong", None)) < 20 * few

    @pytest.mark.promise("A9")
    async def test_refuses_more_than_it_can_do(self, make: Make) -> None:
        hasher = make(queue=2, rounds=8)

        tries = [hasher.hash("sesame") for _ in range(5)]
        done = await asyncio.gather(*tries, return_exceptions=True)

        assert [isinstance(each, TooManyPasswords) for each in done] == [False] * 2 + [True] * 3
        assert await hasher.hash("sesame")  # and works again

    @pytest.mark.promise("A9")
    async def test_leaves_the_loop_to_others(self, make: Make) -> None:
        hasher = make(rounds=10)
        hashing = asyncio.ensure_future(hasher.hash("sesame"))

        turns = 0
        while not hashing.done():
            await asyncio.sleep(0.001)
            turns += 1

        assert turns > 3


class TestThroughTheDoor:
    @pytest.fixture
    async def real(self, database_url: str) -> FastAPI:
        passwords = {"rounds": 5, "queue": 1, "workers": 1}
        return create_app(
            databases.settings_for(database_url, log={"file": None}, passwords=passwords)
        )

    async def test_a_damaged_hash_is_a_wrong_password(self, real: FastAPI) -> None:
        async with real.router.lifespan_context(real), client_of(real) as client:
            await client.post("/users", json=registration("ada"))
            resources: Resources = real.state.resources
            async with unit_of_work(resources.database) as session:
                password = await session.get_one(Password, 1)
                password.hash = "damaged"

            response = await client.post("/login", json={"username": "ada", "password": PASSWORD})

        assert response.status_code == 401
        assert response.json()["code"] == "login-refused"

    @pytest.mark.promise("A9")
    async def test_a_full_queue_asks_for_patience(self, real: FastAPI) -> None:
        async with real.router.lifespan_context(real), client_of(real) as client:
            tries = [
                client.post("/login", json={"username": f"u{n}", "password": PASSWORD})
                for n in range(6)
            ]
            responses = await asyncio.gather(*tries)

        refused = [response for response in responses if response.status_code == 503]
        assert {response.status_code for response in responses} == {401, 503}
        assert {response.json()["code"] for response in refused} == {"too-many-passwords"}
        assert all(int(response.headers["Retry-After"]) > 0 for response in refused)


def client_of(app: FastAPI) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://test/api")


async def _cpu(work: Callable[[], Awaitable[object]]) -> float:
    """The median of the CPU seconds that it takes, whatever else the machine does."""
    times = []
    for _ in range(9):
        began = time.process_time()
        await work()
        times.append(time.process_time() - began)
    return median(times)
