"""Lets one process at a time migrate a database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from uservault.db.errors import code_of

LOCK = 0x75736572  # "user" in ASCII; the same number in every replica
SQLITE_BUSY = 5  # not from sqlite3, which is loaded where the database is SQLite alone
LOCK_TIMEOUTS = {"55P03", SQLITE_BUSY}  # PostgreSQL's and SQLite's error codes


class MigrationLocked(Exception):
    """Another process did not finish its migration within our waiting time."""

    def __init__(self) -> None:
        super().__init__(
            "another process is still migrating the database; gave up waiting"
            " (USERVAULT_DATABASE__MIGRATION_WAIT)"
        )


@contextmanager
def one_at_a_time(connection: Connection, wait: float) -> Iterator[None]:
    """Hold the migration lock of this database. Raises MigrationLocked after `wait` seconds."""
    with LOCKS[connection.dialect.name](connection, wait):
        yield


@contextmanager
def _sqlite(connection: Connection, wait: float) -> Iterator[None]:
    # One transaction for the whole run: SQLite can roll back DDL.
    connection.exec_driver_sql(f"PRAGMA busy_timeout={wait * 1000:.0f}")
    with _waiting():
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")


@contextmanager
def _postgresql(connection: Connection, wait: float) -> Iterator[None]:
    # A lock of the session: a lock of the transaction would end at the first commit.
    connection.execute(text(f"SET lock_timeout = {wait * 1000:.0f}"))
    with _waiting():
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.execute(text("SET lock_timeout = 0"))
    connection.commit()
    try:
        yield
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


@contextmanager
def _mysql(connection: Connection, wait: float) -> Iterator[None]:
    name = {"name": f"uservault-{connection.engine.url.database}"[:64]}
    if not connection.scalar(text(f"SELECT GET_LOCK(:name, {wait:.0f})"), name):
        raise MigrationLocked
    try:
        yield
        connection.commit()
    finally:
        connection.rollback()
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), name)


@contextmanager
def _waiting() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if code_of(error.orig) in LOCK_TIMEOUTS:
            raise MigrationLocked from error
        raise


LOCKS = {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql, "mariadb": _mysql}
