import asyncio
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import delete, select

from tests.support import databases
from tests.support.history import history
from tests.support.people import registration
from uservault.db.unit_of_work import unit_of_work
from uservault.registration.first_admin import make_admin, make_first_admin
from uservault.registration.schemas import UserCreate
from uservault.resources import open_resources
from uservault.roles.models import UserRole
from uservault.settings.loading import BadSettings
from uservault.settings.tree import Settings
from uservault.users.models import User
from uservault.wiring.ports import Resources

GIVEN = {"username": "root", "email": "root@example.com", "password": "violet otter 9"}


def naming(database_url: str, **wrong: str) -> Settings:
    """Settings that name an administrator."""
    return databases.settings_for(
        database_url, admin=GIVEN | wrong, passwords={"rounds": 4}, log={"file": None}
    )


async def administrators(resources: Resources) -> list[str]:
    named = select(User.username).join(UserRole, UserRole.user_id == User.id)
    return [row[0] for row in await resources.database.rows(named)]


class TestMakeFirstAdmin:
    @pytest.mark.promise("D7")
    async def test_makes_the_one_that_is_named(self, database_url: str) -> None:
        async with open_resources(naming(database_url)) as resources:
            await make_first_admin(resources)

            assert await administrators(resources) == ["root"]
            assert await history(resources) == ["user.created", "role.granted"]

    @pytest.mark.promise("D7")
    async def test_makes_one_once(
        self, database_url: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with open_resources(naming(database_url)) as resources:
            await make_first_admin(resources)
        async with open_resources(naming(database_url, username="other")) as resources:
            await make_first_admin(resources)

            assert await administrators(resources) == ["root"]
        assert "remove the settings USERVAULT_ADMIN__*" in caplog.text

    @pytest.mark.promise("D7")
    async def test_makes_one_for_many_replicas(self, database_url: str) -> None:
        async with AsyncExitStack() as stack:
            replicas = [
                await stack.enter_async_context(open_resources(naming(database_url)))
                for _ in range(3)
            ]

            await asyncio.gather(*(make_first_admin(replica) for replica in replicas))

            assert await administrators(replicas[0]) == ["root"]

    async def test_makes_none_unless_told_to(self, resources: Resources) -> None:
        await make_first_admin(resources)

        assert await administrators(resources) == []

    @pytest.mark.promise("G1")
    @pytest.mark.parametrize(
        ("wrong", "name"),
        [
            ({"username": ""}, "USERNAME"),
            ({"username": "two words"}, "USERNAME"),
            ({"email": ""}, "EMAIL"),
            ({"email": "root@nowhere"}, "EMAIL"),
            ({"password": ""}, "PASSWORD"),
            ({"password": "x" * 300}, "PASSWORD"),
            ({"password": "sesame2"}, "PASSWORD"),
        ],
        ids=str,
    )
    async def test_says_what_is_wrong_with_the_settings(
        self, database_url: str, wrong: dict[str, Any], name: str
    ) -> None:
        settings = naming(database_url, **wrong)
        strict = settings.model_copy(
            update={"passwords": settings.passwords.model_copy(update={"min_length": 8})}
        )
        async with open_resources(strict) as resources:
            with pytest.raises(BadSettings) as raised:
                await make_first_admin(resources)

            assert await administrators(resources) == []
        assert str(raised.value).startswith(f"USERVAULT_ADMIN__{name}: ")
        assert "sesame" not in str(raised.value)

    async def test_says_that_the_name_is_taken(
        self, database_url: str, resources: Resources
    ) -> None:
        async with open_resources(naming(database_url)) as others:
            data = UserCreate.model_validate(registration("root"))
            await make_admin(others, data)
        async with open_resources(naming(database_url)) as others:
            await demote_all(others)

            with pytest.raises(BadSettings, match="USERVAULT_ADMIN__"):
                await make_first_admin(others)


async def demote_all(resources: Resources) -> None:
    async with unit_of_work(resources.database) as session:
        await session.execute(delete(UserRole))
