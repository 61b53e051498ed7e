from collections.abc import Sequence

import pytest
from httpx import AsyncClient
from passlib.hash import argon2, bcrypt, bcrypt_sha256
from sqlalchemy import update

from tests.support.fakes import FakeClock, FakeHasher
from tests.support.people import registration
from uservault.db.unit_of_work import unit_of_work
from uservault.passwords.costs import beginning, dummy_like
from uservault.passwords.models import Password
from uservault.wiring.ports import Resources

BCRYPT = bcrypt.using(rounds=5).hash("sesame")
SAME_COST = bcrypt_sha256.using(rounds=5).hash("sesame")
OTHER = bcrypt_sha256.using(rounds=4).hash("sesame")
ARGON2ID = argon2.using(type="ID", time_cost=1, memory_cost=64, parallelism=1).hash("sesame")
DAMAGED = "$argon2id$v=19$m=1"


async def store(resources: Resources, anyone: AsyncClient, hashes: Sequence[str]) -> None:
    """A user with each of these hashes."""
    for number, hash in enumerate(hashes, start=1):
        made = await anyone.post("/users", json=registration(f"user{number}"))
        async with unit_of_work(resources.database) as session:
            owned = Password.user_id == made.json()["id"]
            await session.execute(update(Password).where(owned).values(hash=hash))


async def fail(anyone: AsyncClient, name: str) -> None:
    response = await anyone.post("/login", json={"username": name, "password": "not this one"})
    assert response.status_code == 401


def expected(resources: Resources) -> list[str]:
    assert isinstance(resources.hasher, FakeHasher)
    return sorted(resources.hasher.expected)


@pytest.mark.promise("I13")
class TestFirstLogin:
    async def test_tells_the_hasher_every_cost_that_is_stored(
        self, resources: Resources, anyone: AsyncClient
    ) -> None:
        await store(resources, anyone, [BCRYPT, SAME_COST, OTHER, ARGON2ID, ARGON2ID, DAMAGED])

        await fail(anyone, "nobody")

        known = sorted([BCRYPT, SAME_COST, OTHER, ARGON2ID, DAMAGED])
        assert [beginning(hash) for hash in expected(resources)] == list(map(beginning, known))

    async def test_tells_a_bounded_number(self, resources: Resources, anyone: AsyncClient) -> None:
        many = [ARGON2ID.replace("m=64", f"m={64 + number}") for number in range(10)]
        await store(resources, anyone, many)

        await fail(anyone, "nobody")

        assert len(expected(resources)) == 8

    async def test_is_followed_by_another_reading_after_an_hour(
        self, resources: Resources, anyone: AsyncClient, clock: FakeClock
    ) -> None:
        await fail(anyone, "nobody")
        await store(resources, anyone, [BCRYPT])

        await fail(anyone, "nobody")
        at_once = expected(resources)
        clock.advance(hours=1)
        await fail(anyone, "nobody")

        assert (at_once, expected(resources)) == ([], [BCRYPT])


class TestDummy:
    @pytest.mark.promise("I13")
    def test_is_the_same_for_hashes_of_the_same_cost(self) -> None:
        assert dummy_like(BCRYPT) == dummy_like(SAME_COST)
        assert dummy_like(SAME_COST) != dummy_like(OTHER)
        assert dummy_like(ARGON2ID) == dummy_like(ARGON2ID[:-1] + "A")

    @pytest.mark.parametrize("hash", [BCRYPT, OTHER, ARGON2ID], ids=["bcrypt", "other", "argon2id"])
    def test_matches_no_password(self, hash: str) -> None:
        dummy = str(dummy_like(hash))

        assert not any(kind.verify("sesame", dummy) for kind in KINDS if kind.identify(dummy))

    @pytest.mark.parametrize("hash", ["", "x", DAMAGED, "pbkdf2:sha256:1$a$b"])
    def test_is_none_for_what_cannot_be_read(self, hash: str) -> None:
        assert dummy_like(hash) is None


KINDS = (bcrypt_sha256, bcrypt, argon2)
