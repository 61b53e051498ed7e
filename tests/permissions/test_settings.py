"""USERVAULT_PERMISSIONS, registered at the start."""

import pytest

from tests.support import databases
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person, register
from tests.support.processes import opened, served
from tests.support.server import free_port
from uservault.permissions.bootstrap import register_permissions
from uservault.settings.loading import BadSettings
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

pytestmark = pytest.mark.promise("I3")


@pytest.fixture
def settings(database_url: str) -> Settings:
    names = "orders:write, orders:read"
    return databases.settings_for(database_url, log={"file": None}, permissions=names)


async def sources(person: Person) -> dict[str, str]:
    every = (await person.get("/permissions")).json()
    return {each["name"]: each["source"] for each in every if each["source"] != "uservault"}


async def test_are_registered_once(admin: Person, resources: Resources) -> None:
    await register_permissions(resources)

    assert await sources(admin) == {"orders:read": "settings", "orders:write": "settings"}
    events = await history(resources, "type", "actor_id")
    assert events.count(("permission.registered", None)) == 2


async def test_are_not_deleted_while_they_are_set(admin: Person) -> None:
    response = await admin.delete("/permissions/orders:read")

    assert (response.status_code, response.json()["code"]) == (409, "permission-from-settings")


async def test_stay_when_they_are_set_no_more(
    admin: Person, database_url: str, clock: FakeClock
) -> None:
    settings = databases.settings_for(database_url)

    async with opened(settings, clock) as later, served(later) as client:
        root = Person(admin.id, admin.username, client, admin.token, admin.refresh_token)
        assert await sources(root) == {"orders:read": "api", "orders:write": "api"}
        assert (await root.delete("/permissions/orders:read")).status_code == 200


async def test_too_many_of_them_stop_the_start(database_url: str, clock: FakeClock) -> None:
    names = ",".join(f"{f'x{n}'.ljust(31, 'x')}:{'y' * 32}" for n in range(20))
    settings = databases.settings_for(database_url, permissions=names)

    async with opened(settings, clock) as resources:
        with pytest.raises(BadSettings, match="USERVAULT_PERMISSIONS: Tokens have no room"):
            await register_permissions(resources)


async def test_are_held_by_the_administrator(admin: Person) -> None:
    held = (await admin.get(f"/users/{admin.id}/roles")).json()["permissions"]

    assert {"orders:read", "orders:write"} <= set(held)
    assert (await register(admin.client, "ada")).id == 2


async def test_do_not_stop_the_start_while_the_database_is_away(
    clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    settings = databases.settings_for(away, permissions="orders:read")

    async with opened(settings, clock) as resources:
        await register_permissions(resources)

    assert "cannot register USERVAULT_PERMISSIONS" in caplog.text
