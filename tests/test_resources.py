from pathlib import Path

import pytest

from tests.support import databases
from uservault.resources import open_resources
from uservault.wiring.ports import system_clock


@pytest.mark.promise("G1")
async def test_the_real_outside_world_opens_and_closes(database_url: str, redis_url: str) -> None:
    settings = databases.settings_for(
        database_url, limits={"storage": redis_url}, passwords={"rounds": 4}
    )

    async with open_resources(settings) as resources:
        hash = await resources.hasher.hash("sesame")
        right = (await resources.hasher.verify("sesame", hash)).right
        counted = await resources.counters.add(f"test/{system_clock()}", 1, 60)
        opened = resources.sealer.open(resources.sealer.seal(b"secret", "x"), "x")

    assert (right, counted, opened) == (True, 1, b"secret")
    assert resources.signing_key == databases.SECRET.encode()
    assert databases.SECRET not in repr(resources)
    assert resources.clock().tzinfo
    assert resources.database.connections_in_use() == 0


async def test_development_makes_itself_a_key(tmp_path: Path) -> None:
    settings = databases.settings_for(f"sqlite:///{tmp_path}/app.db", passwords={"rounds": 4})
    keyless = settings.model_copy(update={"jwt_secret_key": type(settings.jwt_secret_key)("")})

    async with open_resources(keyless) as one, open_resources(keyless) as other:
        assert len(one.signing_key) >= 32
        assert one.signing_key == other.signing_key
