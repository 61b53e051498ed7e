"""Why the database does not do what we ask, in words for operators.

Never what the server said: that may quote a value, a name or a URL.
"""

from typing import Any

from sqlalchemy.exc import TimeoutError as PoolTimeout

from uservault.db.errors import code_of
from uservault.kit.network_causes import causes, network_cause

LOGIN = "the server refuses this user or password, or connections from here without TLS"
NO_DATABASE = "the server has no database of this name, or this user may not use it"
CROWDED = "the server has no connection left for us"
READ_ONLY = "the database is read-only for this process"
UNMIGRATED = "the schema is missing or old: run `uservault migrate up`"
FULL = "the disk of the database is full"
FORBIDDEN = "the user of the database lacks a privilege"
SLOW = "a statement took too long, or was stopped"
LOCKED = "another process wrote for too long"
STARTING = "the server is starting or stopping"
LOST = "the connection was lost"
POSTGRESQL = {
    "28P01": LOGIN, "28000": LOGIN, "3D000": NO_DATABASE, "53300": CROWDED, "53100": FULL,
    "25006": READ_ONLY, "42P01": UNMIGRATED, "42703": UNMIGRATED, "42501": FORBIDDEN,
    "57014": SLOW, "55P03": LOCKED, "57P01": STARTING, "57P02": STARTING, "57P03": STARTING,
    "08006": LOST, "08003": LOST,
}  # fmt: skip
MYSQL = {
    1045: LOGIN, 1698: LOGIN, 1130: LOGIN, 3159: "the server requires TLS: add ssl-mode=REQUIRED",
    1044: NO_DATABASE, 1049: NO_DATABASE, 1040: CROWDED, 1203: CROWDED, 1226: CROWDED,
    1021: FULL, 1114: FULL, 1290: READ_ONLY, 1792: READ_ONLY, 1836: READ_ONLY,
    1146: UNMIGRATED, 1054: UNMIGRATED, 1142: FORBIDDEN, 1143: FORBIDDEN, 1227: FORBIDDEN,
    1969: SLOW, 3024: SLOW, 1317: SLOW, 1053: STARTING, 2006: LOST, 2013: LOST, 2055: LOST,
}  # fmt: skip
SQLITE = {  # primary codes
    3: FORBIDDEN, 5: LOCKED, 6: LOCKED, 8: READ_ONLY, 10: "the disk of the database fails",
    11: "the file of the database is damaged", 13: FULL,
    14: "the file of the database, or its folder, cannot be opened",
    26: "the file is not a SQLite database",
}  # fmt: skip
REJECTED_TLS = "the server does not offer TLS"


def cause_of(error: BaseException) -> str:
    """One line without secrets. The name of the error's class if we know no better."""
    known = [_cause(each) for each in causes(error)]
    best = next((cause for cause in known if cause), None)
    return best or network_cause(error) or type(_innermost(error)).__name__


def _cause(error: Any) -> str | None:
    if isinstance(error, PoolTimeout):
        return "all connections of the pool are in use"
    if hasattr(error, "sqlite_errorcode"):
        missing = str(error).startswith(("no such table", "no such column"))
        return UNMIGRATED if missing else SQLITE.get(error.sqlite_errorcode & 0xFF)
    if isinstance(error, ConnectionError) and "rejected SSL" in str(error):
        return REJECTED_TLS
    code = None if isinstance(error, OSError) else code_of(error)
    return POSTGRESQL.get(code) if isinstance(code, str) else MYSQL.get(code or 0)


def _innermost(error: BaseException) -> BaseException:
    """What a library wrapped, else what we made of it, else itself."""
    return (list(causes(error))[1:2] or [error])[0]
