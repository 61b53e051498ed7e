import asyncio
import sys

import pytest

from tests.support.databases import settings_for
from uservault.passwords.hasher import PooledHasher
from uservault.passwords.policy import PasswordPolicy
from uservault.serving import preload
from uservault.serving.preload import preloading
from uservault.sessions import device
from uservault.settings.passwords import PasswordSettings
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources


@pytest.fixture
def settings(database_url: str) -> Settings:
    return settings_for(database_url, passwords={"blocklist": True}, log={"file": None})


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preload, "PAUSE", 0)


async def loaded() -> None:
    (task,) = (task for task in asyncio.all_tasks() if task.get_name() == "preload")
    await task


@pytest.mark.once
async def test_loads_what_logins_and_new_passwords_need(resources: Resources) -> None:
    device._parser.cache_clear()
    device.label.cache_clear()
    sys.modules.pop("zxcvbn", None)

    async with preloading(resources):
        await loaded()

    assert device._parser.cache_info().currsize == 1
    assert "zxcvbn" in sys.modules


@pytest.mark.once
async def test_loads_no_lists_that_are_not_used(resources: Resources) -> None:
    resources.shared(PasswordPolicy).blocklist = False
    sys.modules.pop("zxcvbn", None)

    async with preloading(resources):
        await loaded()

    assert "zxcvbn" not in sys.modules


@pytest.mark.once
async def test_leaves_at_once(resources: Resources) -> None:
    async with preloading(resources):
        pass

    assert "preload" not in {task.get_name() for task in asyncio.all_tasks()}


@pytest.mark.parametrize("scheme", ["bcrypt_sha256", "argon2id"])
async def test_finds_the_librarys_backend(scheme: str) -> None:
    hasher = PooledHasher(PasswordSettings.model_validate({"scheme": scheme, "rounds": 4}))

    await hasher.load()

    assert hasher._context.handler().get_backend()
    hasher.close()
