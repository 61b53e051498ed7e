import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select

from tests.roles.granting import grant, revoked
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person
from uservault.roles import grant_repository
from uservault.roles.expiry import GrantExpiry
from uservault.roles.models import UserRole
from uservault.tables import metadata
from uservault.wiring.ports import Resources

FIVE = "2026-01-01T00:05:00Z"  # minutes after the beginning
MANY = 1100  # users: more than two batches


async def left(resources: Resources) -> int:
    rows = await resources.database.rows(select(func.count()).select_from(UserRole))
    count: int = rows[0][0]
    return count


async def crowd(resources: Resources, role: int, expires_at: datetime | None) -> None:
    """Users 1001 and above, all of whom have the role."""
    names = {id: f"u{id}" for id in range(1001, 1001 + MANY)}
    keys = ("username", "username_key", "email", "email_key")
    now = {"is_active": True, "created_at": resources.clock(), "updated_at": resources.clock()}
    users = [{"id": id, "version": 1} | now | dict.fromkeys(keys, names[id]) for id in names]
    grants = [{"user_id": id, "role_id": role, "expires_at": expires_at} for id in names]
    async with resources.database.writes.begin() as connection:
        await connection.execute(insert(metadata.tables["users"]), users)
        await connection.execute(insert(UserRole), grants)


class TestGrantExpiry:
    async def test_records_the_end_of_a_grant_once(
        self,
        admin: Person,
        ada: Person,
        support: int,
        clock: FakeClock,
        resources: Resources,
    ) -> None:
        for_a_time = {"role": "support", "expires_at": FIVE, "reason": "Holidays."}
        await admin.put(f"/users/{ada.id}/roles", json={"roles": [for_a_time]})
        job = GrantExpiry(resources)

        early = await job.run_once()
        clock.advance(minutes=6)
        late, again = await job.run_once(), await job.run_once()

        assert (early, late, again) == (0, 1, 0)
        events = await history(resources, "type", "actor_id", "subject_id", "data", "at")
        data = revoked("support", "users:read", "users:write", expires_at=FIVE)
        at = datetime(2026, 1, 1, 0, 6, tzinfo=UTC)
        assert events[-1] == ("role.expired", None, ada.id, data, at)
        assert await left(resources) == 1  # the administrator's

    async def test_shares_the_work_of_many(
        self, admin: Person, support: int, clock: FakeClock, resources: Resources
    ) -> None:
        workers = [GrantExpiry(resources) for _ in range(3)]
        await crowd(resources, support, clock() + timedelta(minutes=5))
        clock.advance(minutes=5)

        done = [MANY]
        while done[-1]:
            done.append(sum(await asyncio.gather(*(worker.run_once() for worker in workers))))

        assert sum(done[1:]) == MANY
        assert (await history(resources)).count("role.expired") == MANY
        assert await left(resources) == 1

    async def test_records_it_once_when_the_role_is_granted_anew_meanwhile(
        self,
        admin: Person,
        ada: Person,
        support: int,
        clock: FakeClock,
        resources: Resources,
    ) -> None:
        job, path = GrantExpiry(resources), f"/users/{ada.id}/roles"
        for n in range(1, 11):
            admin = await admin.again()
            soon = (clock() + timedelta(minutes=5)).isoformat()
            await admin.put(path, json={"roles": [{"role": "support", "expires_at": soon}]})
            clock.advance(minutes=5)

            anew = admin.put(path, json={"roles": ["support"]})
            response, *_ = await asyncio.gather(anew, job.run_once(), job.run_once())

            assert response.json()["grants"] == [grant("support")]
            assert (await history(resources)).count("role.expired") == n


class TestDeleteRole:
    @pytest.mark.promise("I10")
    async def test_names_its_users_in_batches(
        self, admin: Person, support: int, resources: Resources
    ) -> None:
        await crowd(resources, support, None)

        await admin.delete(f"/roles/{support}")

        events = await history(resources, "type", "data")
        batches = [data["users"] for type, data in events if type == "role.revoked_many"]
        assert [len(batch) for batch in batches] == [500, 500, 100]
        assert [id for batch in batches for id in batch] == list(range(1001, 1001 + MANY))
        assert events[-1][1]["holders"] == MANY
        assert grant_repository.BATCH_SIZE == 500

    async def test_takes_nothing_from_those_who_had_it_before(
        self, admin: Person, support: int, clock: FakeClock, resources: Resources
    ) -> None:
        await crowd(resources, support, clock() + timedelta(minutes=5))
        clock.advance(minutes=5)

        await admin.delete(f"/roles/{support}")

        types = await history(resources)
        assert types.count("role.expired") == MANY
        assert "role.revoked_many" not in types
        assert (await history(resources, "data"))[-1]["holders"] == 0
