"""Which connections would cross a network without encryption."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import URL

from uservault.kit.postgresql_options import ENCRYPTED_MODES
from uservault.kit.urls import BadDatabaseUrl, async_url
from uservault.settings.hosts import stays_here
from uservault.settings.mail import MailSettings

Plaintext: TypeAlias = Literal["database", "redis", "smtp", "public_url"]


REMEDIES: Mapping[Plaintext, str] = {
    "database": "DATABASE_URL: add sslmode=verify-full (PostgreSQL), or ssl-mode=VERIFY_IDENTITY"
    " (MySQL, MariaDB)",
    "redis": "USERVAULT_LIMITS__STORAGE: use rediss://",
    "smtp": "USERVAULT_MAIL__TLS: use starttls or tls",
    "public_url": "USERVAULT_PUBLIC_URL: use https",
}


def plain_connections(
    *, database_url: str, storage: str, mail: MailSettings, public_url: str
) -> Iterator[Plaintext]:
    """Those that leave the machine without encryption."""
    if _is_plain_database(database_url):
        yield "database"
    if storage.startswith("redis:") and not _is_near(storage):
        yield "redis"
    if mail.tls == "none" and not stays_here(mail.host):
        yield "smtp"
    if public_url.startswith("http:"):  # also on loopback: its links are for others
        yield "public_url"


def _is_near(storage: str) -> bool:
    """Its options may name another host than its authority does."""
    parts = urlsplit(storage)
    return stays_here(parts.hostname) and not parse_qs(parts.query).get("host")


def plaintext_fault(plain: Plaintext) -> str:
    return f"{REMEDIES[plain]}, or name `{plain}` in USERVAULT_ALLOW_PLAINTEXT"


def _is_plain_database(plain: str) -> bool:
    try:
        url = async_url(plain)
    except BadDatabaseUrl:
        return False  # it is refused as such
    return not all(map(stays_here, _hosts(url))) and not _is_encrypted(url)


def _hosts(url: URL) -> Iterable[str | None]:
    if url.get_backend_name() == "sqlite" or "unix_socket" in url.query:
        return []
    listed = url.query.get("host", ())
    several = [listed] if isinstance(listed, str) else listed
    return [url.host, *(_without_port(host) for host in several)]


def _without_port(host: str) -> str | None:
    return host if host.startswith("/") else urlsplit(f"//{host}").hostname


def _is_encrypted(url: URL) -> bool:
    if url.get_backend_name() == "postgresql":
        return url.query.get("ssl") in ENCRYPTED_MODES
    return url.query.get("ssl_mode", "DISABLED") != "DISABLED"
