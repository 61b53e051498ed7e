"""An import may last: whoever makes it must be admitted all the time."""

from collections.abc import AsyncIterator

import pytest

from tests.support.people import Person, appoint
from tests.transfer.test_import import row
from uservault.access.principal import Principal
from uservault.kit.problems import Forbidden, Problem, Unauthorized
from uservault.sessions.authenticator import SessionAuthenticator
from uservault.transfer.formats import Found
from uservault.transfer.importer import BATCH_SIZE, Importer
from uservault.transfer.schemas import ImportQuery, Status
from uservault.wiring.ports import Resources


async def principal_of(person: Person, resources: Resources) -> Principal:
    principal = await resources.shared(SessionAuthenticator)(person.token)
    assert principal
    return principal


async def rows_and(resources: Resources, between: object) -> AsyncIterator[Found]:
    for number in range(2 * BATCH_SIZE):
        if number == BATCH_SIZE + 1:
            await between  # type: ignore[misc]
        yield Found(number, row(f"user{number}"))


class TestImporter:
    @pytest.mark.promise("C6")
    @pytest.mark.parametrize("way", ["revoked", "demoted"])
    async def test_stops_once_they_may_no_longer(
        self, admin: Person, resources: Resources, way: str
    ) -> None:
        importer = await appoint(admin, "importer", "transfer:import")
        ends: dict[str, tuple[object, type[Problem]]] = {
            "revoked": (importer.post("/logout"), Unauthorized),
            "demoted": (admin.put(f"/users/{importer.id}/roles", json={"roles": []}), Forbidden),
        }
        ending, problem = ends.pop(way)
        for other, _ in ends.values():
            other.close()  # type: ignore[attr-defined]
        by = await principal_of(importer, resources)
        results = Importer(resources, ImportQuery(), by).run(rows_and(resources, ending))

        first = await anext(results)
        with pytest.raises(problem):
            await anext(results)

        assert {each.status for each in first} == {Status.CREATED}
