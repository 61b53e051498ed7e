import os

from sqlalchemy import text

from uservault.db.causes import READ_ONLY, UNMIGRATED
from uservault.db.database import Database
from uservault.db.errors import DatabaseUnavailable
from uservault.db.revisions import TABLE, newest
from uservault.kit.problems import Unavailable
from uservault.settings.mail_setup import mail_warnings
from uservault.wiring.ports import Resources


class NotReady(Unavailable):
    title = "The service is not ready."


NO_MAIL = "E-mail is not set up."  # which setting is missing, the log says and strangers need not

# Whether the server refuses writes, by backend. No transaction: a probe must delay no writer.
SERVER_IS_READ_ONLY = {
    "postgresql": "current_setting('transaction_read_only')",
    "mysql": "@@global.read_only",
    "mariadb": "@@global.read_only",
    "sqlite": "'off'",
}
WRITABLE = {"off", "0"}  # MariaDB has more than one way to be read-only


class Readiness:
    """Checks on each call, in one query, that the database is migrated and can be written."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.expected = newest()
        self.warnings = [NO_MAIL] if any(mail_warnings(resources.settings)) else None
        read_only = SERVER_IS_READ_ONLY[self.database.url.get_backend_name()]
        self._question = text(f"SELECT version_num, {read_only} FROM {TABLE}")  # noqa: S608

    async def check(self) -> None:
        """Raises NotReady. The log has the cause."""
        try:
            rows = await self.database.rows(self._question)
        except DatabaseUnavailable as error:
            raise NotReady("The database is not available or was never migrated.") from error
        if [row[0] for row in rows] != [self.expected]:
            self.database.outages.tell_cause(UNMIGRATED)
            raise NotReady("The database is not at the migration that this version expects.")
        if str(rows[0][1]).lower() not in WRITABLE or not _may_write_file(self.database):
            self.database.outages.tell_cause(READ_ONLY)
            await self.database.reads.dispose()  # a new connection may find another server
            raise NotReady("The database is not available or was never migrated.")


def _may_write_file(database: Database) -> bool:
    """Also the folder, in which SQLite keeps its journal. Servers have no file here."""
    if database.url.get_backend_name() != "sqlite":
        return True
    file = str(database.url.database)
    return os.access(file, os.W_OK) and os.access(os.path.dirname(file) or ".", os.W_OK)
