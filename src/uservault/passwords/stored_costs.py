import logging
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, not_, or_, select, true
from sqlalchemy.exc import DBAPIError

from uservault.db.batch import AnySelect
from uservault.db.errors import DatabaseUnavailable
from uservault.passwords.costs import ARGON2, BCRYPT, beginning
from uservault.passwords.foreign.formats import FORMATS, recognised
from uservault.passwords.foreign.known_hash import Alike
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
    readable = or_(*map(_begins, FORMATS))
    known = [_costs_as_much(_alike(each)) for each in found]
    return select(Password.hash).where(readable, *map(not_, known)).limit(1)


def _alike(hash: str) -> Alike:
    """Of a damaged hash: itself alone."""
    if BCRYPT.match(hash) or ARGON2.match(hash):
        return Alike(beginning(hash))
    known = recognised(hash)
    return (known and known.alike) or Alike(hash)


def _costs_as_much(alike: Alike) -> ColumnElement[bool]:
    within = Password.hash.contains(alike.within, autoescape=True)
    unless = not_(_begins(alike.unless)) if alike.unless else true()
    return and_(_begins(alike.beginning), within, unless)


def _begins(text: str) -> ColumnElement[bool]:
    return Password.hash.startswith(text, autoescape=True)
