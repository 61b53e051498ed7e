"""Translates the database URLs that people write into URLs for our async drivers."""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "mysql": "mysql+asyncmy",
    "mariadb": "mariadb+asyncmy",
}
# The options of libpq URLs that we support, and asyncpg's names for them.
POSTGRESQL_OPTIONS = {
    "sslmode": "ssl",
    "ssl": "ssl",
    "host": "host",
    "target_session_attrs": "target_session_attrs",
}
# With `ssl_ca`, a file of certificates, the connection is encrypted and the server verified.
MYSQL_OPTIONS = {name: name for name in ("charset", "unix_socket", "ssl_ca", "ssl_cert", "ssl_key")}


class BadDatabaseUrl(ValueError):
    """The message never repeats the URL, which may contain a password."""


def async_url(plain: str) -> URL:
    """The URL of the same database for our driver. Raises BadDatabaseUrl.

    Accepts `sqlite:///…`, `postgresql://…`, `postgres://…`, `mysql://…` and `mariadb://…`, with or
    without a driver name (`postgresql+psycopg2`), and PostgreSQL's lists of hosts.
    """
    try:
        url = make_url(_hosts_as_options(plain))
    except (ArgumentError, ValueError):
        raise BadDatabaseUrl("it is not a database URL") from None
    backend = url.drivername.partition("+")[0]
    if backend not in DRIVERS:
        raise BadDatabaseUrl(f"{backend} is not supported; use one of {', '.join(DRIVERS)}")
    url = url.set(drivername=DRIVERS[backend])
    if backend == "sqlite":
        return _with_file(url)
    if not url.database:
        raise BadDatabaseUrl("it names no database")
    return _with_options(url)


def _with_file(url: URL) -> URL:
    if url.database in (None, "", ":memory:"):
        raise BadDatabaseUrl("a database in memory is not kept: name a file (sqlite:///app.db)")
    if url.query:
        raise BadDatabaseUrl("options are not supported for SQLite")
    return url


def _hosts_as_options(plain: str) -> str:
    """`//a:1,b:2/db` becomes `///db?host=a:1&host=b:2`, which SQLAlchemy understands."""
    scheme, _, rest = plain.partition("://")
    authority, slash, path = rest.partition("/")
    credentials, at, hosts = authority.rpartition("@")
    if "," not in hosts:
        return plain
    path, _, query = path.partition("?")
    options = parse_qsl(query) + [("host", host) for host in hosts.split(",")]
    return f"{scheme}://{credentials}{at}{slash}{path}?{urlencode(options)}"


def _with_options(url: URL) -> URL:
    postgresql = url.get_backend_name() == "postgresql"
    known: Mapping[str, str] = POSTGRESQL_OPTIONS if postgresql else MYSQL_OPTIONS
    if unknown := sorted(set(url.query) - set(known)):
        raise BadDatabaseUrl(f"unknown option {', '.join(unknown)}")
    options = {known[name]: value for name, value in url.query.items()}
    if not postgresql:
        options.setdefault("charset", "utf8mb4")
    return url.set(query=options)
