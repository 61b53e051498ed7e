"""Whether requests can be served."""

from sqlalchemy import text

from uservault.db.errors import DatabaseUnavailable
from uservault.db.migrations import newest
from uservault.kit.problems import Unavailable
from uservault.wiring.ports import Resources

REVISION = text("SELECT version_num FROM alembic_version")


class NotReady(Unavailable):
    title = "The service cannot answer requests now."


class Readiness:
    """Looks at the database when asked."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.expected = newest()

    async def check(self) -> None:
        """Raises NotReady."""
        try:
            rows = await self.database.rows(REVISION)
        except DatabaseUnavailable as error:
            raise NotReady("The database does not answer, or was never migrated.") from error
        if [row[0] for row in rows] != [self.expected]:
            raise NotReady("The database is at another migration than this version expects.")
