"""How connections to a database server are encrypted, by the options of its URL."""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import URL

from uservault.kit.postgresql_options import TLS
from uservault.kit.url_options import BadDatabaseUrl

SYSTEM = "system"  # instead of a file: the certificates that the machine trusts
PROTOCOL = "postgresql"  # ALPN, which direct TLS requires
Given = Mapping[str, Any]


def check_files(url: URL) -> None:
    """Raises BadDatabaseUrl if a certificate or a key cannot be used. It names the option."""
    given: Given = url.query
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for name in ("ssl_ca", "sslrootcert", "sslcrl"):
        if given.get(name, SYSTEM) != SYSTEM:
            with _named(name, "the file cannot be read, or is not of PEM certificates"):
                context.load_verify_locations(given[name])
    for prefix in ("ssl_", "ssl"):
        with _named(f"{prefix}cert", "with its key, it cannot be read or does not fit"):
            _present(context, given, prefix)


@contextmanager
def _named(name: str, reason: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # ssl.SSLError is one
        raise BadDatabaseUrl(f"{name}: {reason} ({type(error).__name__})") from None


def mysql_tls(given: Given) -> dict[str, Any]:
    """asyncmy's arguments. Raises OSError if a file cannot be used."""
    mode = given.get("ssl_mode", "DISABLED")
    if mode == "DISABLED":
        return {}
    context = ssl.create_default_context(cafile=given.get("ssl_ca"), capath=given.get("ssl_capath"))
    context.check_hostname = mode == "VERIFY_IDENTITY"
    if mode == "REQUIRED":
        context.verify_mode = ssl.CERT_NONE
    _present(context, given, "ssl_")
    return {"ssl": context}


def postgresql_tls(given: Given) -> dict[str, Any]:
    """asyncpg's arguments. It reads most of them from a URL only. Raises OSError."""
    arguments = {"ssl": given["ssl"]} if "ssl" in given else {}
    if given.get("sslrootcert") == SYSTEM:
        context = ssl.create_default_context()
        context.set_alpn_protocols([PROTOCOL])
        _present(context, given, "ssl")
        _restrict(context, given)
        arguments["ssl"] = context
    if parts := {name: given[name] for name in TLS if name in given}:
        arguments["dsn"] = f"postgresql:///?{urlencode(parts)}"
    return arguments


def _restrict(context: ssl.SSLContext, given: Given) -> None:
    """What asyncpg would do, if the context were its own."""
    if revoked := given.get("sslcrl"):
        context.load_verify_locations(revoked)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
    if least := given.get("ssl_min_protocol_version"):
        context.minimum_version = _version(least)
    if most := given.get("ssl_max_protocol_version"):
        context.maximum_version = _version(most)


def _version(name: str) -> ssl.TLSVersion:
    """`TLSv1.2` as Python names it."""
    return ssl.TLSVersion[name.replace(".", "_")]


def _present(context: ssl.SSLContext, given: Given, prefix: str) -> None:
    """Our own certificate, if the server asks for one."""
    if certificate := given.get(f"{prefix}cert"):
        password = given.get("sslpassword", "")  # without one, OpenSSL would ask the terminal
        context.load_cert_chain(certificate, given.get(f"{prefix}key"), lambda: password)
