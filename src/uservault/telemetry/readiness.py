from uservault.db.errors import DatabaseUnavailable
from uservault.db.revisions import PRESENT, newest
from uservault.kit.problems import Unavailable
from uservault.wiring.ports import Resources


class NotReady(Unavailable):
    title = "The service is not ready."


class Readiness:
    """Checks the database on each call."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.expected = newest()

    async def check(self) -> None:
        """Raises NotReady."""
        try:
            rows = await self.database.rows(PRESENT)
        except DatabaseUnavailable as error:
            raise NotReady("The database is not available or was never migrated.") from error
        if [row[0] for row in rows] != [self.expected]:
            raise NotReady("The database is not at the migration that this version expects.")
