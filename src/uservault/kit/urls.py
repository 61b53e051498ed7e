"""Translates the database URLs that people write into URLs for our async drivers."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote, urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from uservault.kit.mysql_options import mysql_options
from uservault.kit.postgresql_options import DEFAULT_PORT, postgresql_options
from uservault.kit.url_options import BadDatabaseUrl, Options

__all__ = ["BadDatabaseUrl", "async_url", "left_out_options"]

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "mysql": "mysql+asyncmy",
    "mariadb": "mariadb+asyncmy",
}
USER_INFO = re.compile(r"[^:/?#]*(:[^@?]*)?")
BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
PLACEHOLDER = re.compile(r"\[.*\]|\{.*\}|<.*>")  # as providers print it
NOT_ENCODED = (
    "the user or the password is not percent-encoded; write @ as %40, / as %2F, # as %23,"
    " ? as %3F and % as %25"
)


def async_url(plain: str) -> URL:
    """The URL of the same database for our driver. Raises BadDatabaseUrl.

    Accepts `sqlite:///…`, `postgresql://…`, `postgres://…`, `mysql://…` and `mariadb://…`, with or
    without a driver name (`postgresql+psycopg2`), and PostgreSQL's lists of hosts. The options are
    those that we support, under one name each: `db.drivers` turns them into the driver's arguments.
    """
    url = _parsed(plain)
    if url.get_backend_name() == "sqlite":
        return _with_file(url)
    return url.set(query=dict(_options(url).known))


def left_out_options(plain: str) -> Mapping[str, str]:
    """The options that do nothing here, each with its reason. Raises BadDatabaseUrl."""
    url = _parsed(plain)
    return {} if url.get_backend_name() == "sqlite" else _options(url).left_out


def _parsed(plain: str) -> URL:
    _check_spelling(plain)
    try:
        url = make_url(_hosts_as_options(plain))
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl("it is not a database URL") from None
    backend = url.drivername.partition("+")[0]
    if backend not in DRIVERS:
        raise BadDatabaseUrl(f"{backend} is not supported; use one of {', '.join(DRIVERS)}")
    if backend != "sqlite" and not url.database:
        raise BadDatabaseUrl("it names no database")
    return _socket_as_option(url.set(drivername=DRIVERS[backend]))


def _socket_as_option(url: URL) -> URL:
    """`//%2Frun%2Fpostgresql/db` becomes `///db?host=/run/postgresql`, as libpq has it."""
    if not (url.host or "").upper().startswith("%2F"):
        return url
    return url.set(host=None).update_query_dict({"host": unquote(str(url.host))})


def _check_spelling(plain: str) -> None:
    """What a parser would take for something else, such as a piece of the password for the host."""
    if plain[:1] in ("'", '"'):
        raise BadDatabaseUrl("it is in quotes; leave them out")
    scheme, _, rest = plain.partition("://")
    if scheme.startswith("sqlite"):
        return
    user_info, _, _ = rest.rpartition("@")
    if not USER_INFO.fullmatch(user_info) or BARE_PERCENT.search(user_info):
        raise BadDatabaseUrl(NOT_ENCODED)
    if PLACEHOLDER.fullmatch(user_info.partition(":")[2]):
        raise BadDatabaseUrl("its password is a placeholder; put the real one in its place")


def _with_file(url: URL) -> URL:
    if url.database in (None, "", ":memory:"):
        raise BadDatabaseUrl("a database in memory is not kept: name a file (sqlite:///app.db)")
    if url.query:
        raise BadDatabaseUrl("options are not supported for SQLite")
    return url


def _hosts_as_options(plain: str) -> str:
    """`//a:1,b:2/db` becomes `///db?host=a:1&host=b:2`, which SQLAlchemy understands."""
    scheme, _, rest = plain.partition("://")
    user_info, at, rest = rest.rpartition("@")
    hosts, slash, path = rest.partition("/")
    if "," not in hosts:
        return plain
    path, _, query = path.partition("?")
    options = parse_qsl(query) + [("host", host) for host in hosts.split(",")]
    return f"{scheme}://{user_info}{at}{slash}{path}?{urlencode(options)}"


def _options(url: URL) -> Options:
    if url.get_backend_name() == "postgresql":
        return postgresql_options(url.query, url.port or DEFAULT_PORT)
    return mysql_options(url.query)
