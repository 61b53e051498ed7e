"""What a failing database means: to the caller, and to the pool of connections."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from uservault.kit.problems import Conflict, Invalid, Unavailable

# SQLSTATE (PostgreSQL): serialization failure, deadlock. MySQL: deadlock, lock wait timeout.
CLASHES = {"40001", "40P01", 1213, 1205}
# Read-only: a primary that was demoted, and stays connected (PostgreSQL, MySQL, MariaDB).
DEMOTED = {"25006", 1290, 1792, 1836}
# The class of SQLSTATEs on data (PostgreSQL); its driver has no DataError for some, as for NUL.
DATA = "22"
# A table or a column that no migration has made yet (PostgreSQL; MySQL and MariaDB).
UNMIGRATED = {"42P01", "42703", 1146, 1054}


class DatabaseUnavailable(Unavailable):
    title = "The database does not answer at the moment."


class ConcurrentChange(Conflict):
    title = "Another request changed the same thing at the same time."


class Unstorable(Invalid):
    title = "The database cannot store a value of the request."


@contextmanager
def translated() -> Iterator[None]:
    """Raises what the driver raised as a Problem; an IntegrityError is the repository's to read."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        if (meaning := _meaning(error)) is error:
            raise
        raise meaning from error
    except (PoolTimeout, OSError) as error:  # asyncio's TimeoutError is an OSError
        raise DatabaseUnavailable from error


def _meaning(error: DBAPIError) -> Exception:
    code = code_of(error.orig)
    if code in CLASHES:
        return ConcurrentChange()
    if isinstance(error, DataError) or (isinstance(code, str) and code.startswith(DATA)):
        return Unstorable()
    if isinstance(error, ProgrammingError) and code not in UNMIGRATED:
        return error  # a fault of ours, not of the database
    return DatabaseUnavailable()


def invalidate_when_demoted(engine: Engine) -> None:
    """A connection that can only read is as good as lost, and so are its neighbours in the pool.

    A ping does not find that out. The next connection goes to whoever is primary by then.
    """

    @event.listens_for(engine, "handle_error")
    def look(context: ExceptionContext) -> None:
        raised = context.original_exception
        if code_of(raised) in DEMOTED or type(raised).__name__ == "InternalClientError":
            context.is_disconnect = True


def code_of(error: Any) -> str | int | None:
    """The error number from asyncmy, whose SQLSTATEs say less, and from SQLite; SQLSTATE from
    asyncpg."""
    first = error.args[0] if error is not None and error.args else None
    if isinstance(first, int):
        return first
    for name in ("sqlite_errorcode", "sqlstate"):
        if code := getattr(error, name, None):
            return code  # type: ignore[no-any-return]
    return None
