"""Rows that the database holds and no driver can read."""

import pytest

from tests.events.record import chained, faults, link_late, links, record, tamper
from uservault.audit.linking import Linking
from uservault.wiring.ports import Resources

LONG = "[" + "1" * 5000 + "]"


def poison(backend: str) -> str:
    """What makes the second event unreadable."""
    if backend == "sqlite":
        return "UPDATE events SET type = CAST(x'ff' AS TEXT) WHERE id = 2"
    return f"UPDATE events SET data = '{LONG}' WHERE id = 2"  # noqa: S608


@pytest.mark.promise("I11")
class TestUnreadable:
    async def test_stops_no_chaining(self, resources: Resources, backend: str) -> None:
        await record(resources, 1, 2)
        await tamper(resources, poison(backend))
        await record(resources, 3)

        await Linking(resources).run_once()
        await link_late(resources)

        assert [event for _, event in await links(resources)] == [1, 3]
        assert await faults(resources) == ["event 2 cannot be read: UserVault did not write it"]

    async def test_is_found_in_the_chain(self, resources: Resources, backend: str) -> None:
        await chained(resources, 1, 2, 3)
        await tamper(resources, poison(backend))

        found = await faults(resources)

        assert "event 2 cannot be read: UserVault did not write it" in found

    async def test_numbers_without_end_are(self, resources: Resources) -> None:
        await chained(resources, 1, 2, 3)
        await tamper(resources, f"UPDATE events SET data = '{LONG}' WHERE id = 2")  # noqa: S608

        found = await faults(resources)

        assert "event 2 cannot be read: UserVault did not write it" in found
