"""Constraints that nobody expected to be broken: a race, which is no error of ours."""

from collections.abc import Awaitable, Callable, Sequence

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.people import Person
from uservault.db.errors import ConcurrentChange
from uservault.db.unit_of_work import unit_of_work
from uservault.passwords.models import Password
from uservault.roles.models import UserRole
from uservault.users.identifiers import Identifier, Kind
from uservault.users.models import User
from uservault.wiring.ports import Resources

NOBODY = 4711
Deed = Callable[[AsyncSession], Awaitable[object]]


async def give_nobody_a_password(session: AsyncSession) -> None:
    await session.execute(insert(Password).values(user_id=NOBODY, hash="x"))


async def give_a_second_password(session: AsyncSession) -> None:
    await session.execute(insert(Password).values(user_id=1, hash="x"))


async def give_a_role_that_is_none(session: AsyncSession) -> None:
    await session.execute(insert(UserRole).values(user_id=1, role_id=NOBODY))


async def take_a_name_that_is_taken(session: AsyncSession) -> None:
    taken = {"kind": Kind.USERNAME, "key": "root", "user_id": 1}
    await session.execute(insert(Identifier).values(taken))


async def change_who_was_deleted_meanwhile(session: AsyncSession) -> None:
    user = await session.get_one(User, 1)
    quiet = {"synchronize_session": False}
    await session.execute(delete(User).where(User.id == 1), execution_options=quiet)
    user.locale = "de"
    await session.flush()


DEEDS: Sequence[Deed] = (
    give_nobody_a_password,
    give_a_second_password,
    give_a_role_that_is_none,
    take_a_name_that_is_taken,
    change_who_was_deleted_meanwhile,
)


@pytest.mark.promise("H2")
async def test_each_is_a_conflict(admin: Person, resources: Resources) -> None:
    for deed in DEEDS:
        with pytest.raises(ConcurrentChange):
            async with unit_of_work(resources.database) as session:
                await deed(session)
