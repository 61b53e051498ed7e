import logging
from datetime import datetime, timedelta

from sqlalchemy import not_, or_, select
from sqlalchemy.exc import DBAPIError

from uservault.db.batch import AnySelect
from uservault.db.errors import DatabaseUnavailable
from uservault.passwords.costs import BEGINNINGS, beginning
from uservault.passwords.models import Password
from uservault.wiring.ports import Resources

EVERY = timedelta(hours=1)
MAX_COSTS = 8  # in the database, and so of a failed login

log = logging.getLogger(__name__)


class StoredCosts:
    """Tells the hasher which costs the stored hashes have, so that an unknown user takes as long
    to refuse as a known one while hashes differ (I13).

    It reads the table once an hour, in one pass for each cost and one more.
    """

    def __init__(self, resources: Resources) -> None:
        self.now = resources.clock
        self.database = resources.database
        self.hasher = resources.hasher
        self.due: datetime | None = None

    async def tell(self) -> None:
        """To be called before a login is verified. Does nothing between the hours."""
        if self.due and self.now() < self.due:
            return
        self.due = self.now() + EVERY
        try:
            self.hasher.expect(await self._read())
        except (DatabaseUnavailable, DBAPIError) as error:  # it learns of those that it verifies
            log.warning("cannot read the costs of hashes", extra={"reason": type(error).__name__})

    async def _read(self) -> list[str]:
        """A hash of each cost."""
        found: list[str] = []
        while len(found) < MAX_COSTS:
            rows = await self.database.rows(_another(found))
            if not rows:
                break
            found.append(rows[0].hash)
        return found


def _another(found: list[str]) -> AnySelect:
    readable = or_(*(Password.hash.startswith(each, autoescape=True) for each in BEGINNINGS))
    known = [Password.hash.startswith(beginning(each), autoescape=True) for each in found]
    return select(Password.hash).where(readable, *map(not_, known)).limit(1)
