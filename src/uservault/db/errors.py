"""Translates database errors into problems, and removes demoted servers from the pool."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError

from uservault.kit.problems import Conflict, Invalid, Problem, Unavailable

log = logging.getLogger(__name__)

# SQLSTATE (PostgreSQL): serialization failure, deadlock. MySQL: deadlock, lock wait timeout.
CONFLICTS = {"40001", "40P01", 1213, 1205}
# What a row needs is gone, or what it may not meet is there: foreign key and unique violations
# (PostgreSQL; MySQL and MariaDB; SQLite's extended codes).
BROKEN = {"23503", "23505", 1216, 1217, 1451, 1452, 1062, 787, 1555, 2067}
# Read-only: a primary that was demoted but is still connected (PostgreSQL, MySQL, MariaDB).
DEMOTED = {"25006", 1290, 1792, 1836}
# The SQLSTATE class of data errors (PostgreSQL). Its driver does not raise DataError for some,
# such as NUL characters.
DATA = "22"
# A table or column that does not exist before a migration (PostgreSQL; MySQL and MariaDB).
UNMIGRATED = {"42P01", "42703", 1146, 1054}


class DatabaseUnavailable(Unavailable):
    title = "The database is not available at the moment."


class ConcurrentChange(Conflict):
    title = "Another request changed the same data at the same time."


class Unstorable(Invalid):
    title = "The database cannot store a value in the request."


@contextmanager
def translated(tell: Callable[[BaseException], None]) -> Iterator[None]:
    """Raise driver errors as Problems. `tell` is told of those that make the database unavailable.

    Repositories handle the IntegrityErrors that mean something. Any other is a race, too: the row
    that another one names, say a user, was deleted between the look and the write.
    """
    try:
        yield
    except StaleDataError as error:
        raise ConcurrentChange from error
    except DBAPIError as error:
        if (problem := _problem(error)) is None:
            raise
        if isinstance(problem, DatabaseUnavailable):
            tell(error)
        raise problem from error
    except (PoolTimeout, OSError) as error:  # asyncio's TimeoutError is an OSError
        tell(error)
        raise DatabaseUnavailable from error


def _problem(error: DBAPIError) -> Problem | None:
    code = code_of(error.orig)
    if code in CONFLICTS:
        return ConcurrentChange()
    if isinstance(error, IntegrityError):
        return _race(code)
    if isinstance(error, DataError) or (isinstance(code, str) and code.startswith(DATA)):
        return Unstorable()
    if isinstance(error, ProgrammingError) and code not in UNMIGRATED:
        return None  # a bug in our code
    return DatabaseUnavailable()


def _race(code: str | int | None) -> Problem | None:
    if code not in BROKEN:
        return None  # a bug in our code
    log.warning("a constraint was violated", extra={"code": code})
    return ConcurrentChange()


def invalidate_when_demoted(engine: Engine) -> None:
    """Treat a read-only connection as lost, and with it all connections of the pool.

    A ping does not detect this. The next connection goes to the new primary.
    """

    @event.listens_for(engine, "handle_error")
    def check(context: ExceptionContext) -> None:
        raised = context.original_exception
        if code_of(raised) in DEMOTED or type(raised).__name__ == "InternalClientError":
            context.is_disconnect = True


def code_of(error: Any) -> str | int | None:
    """The SQLSTATE from asyncpg; the error number from asyncmy and SQLite."""
    first = error.args[0] if error is not None and error.args else None
    if isinstance(first, int):
        return first
    for name in ("sqlite_errorcode", "sqlstate"):
        if code := getattr(error, name, None):
            return code  # type: ignore[no-any-return]
    return None
