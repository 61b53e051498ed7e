"""The options of MySQL and MariaDB URLs, as their clients, drivers and providers spell them."""

import json
from collections.abc import Iterator, Mapping

from uservault.kit.url_options import (
    OURS,
    USELESS,
    BadDatabaseUrl,
    Options,
    Query,
    folded,
    is_yes,
    one_of,
    refuse_unknown,
    whole,
)

# MySQL's modes, by every spelling. Its client's `PREFERRED` may fall back to plaintext. Our
# driver cannot: it encrypts, or does not connect.
MODES = {
    "DISABLED": "DISABLED", "DISABLE": "DISABLED", "FALSE": "DISABLED", "0": "DISABLED",
    "PREFERRED": "REQUIRED", "PREFER": "REQUIRED", "REQUIRED": "REQUIRED", "REQUIRE": "REQUIRED",
    "TRUST": "REQUIRED", "SKIP_VERIFY": "REQUIRED", "ACCEPT_INVALID_CERTS": "REQUIRED",
    "VERIFY_CA": "VERIFY_CA",
    "VERIFY_IDENTITY": "VERIFY_IDENTITY", "VERIFY_FULL": "VERIFY_IDENTITY",
    "TRUE": "VERIFY_IDENTITY", "1": "VERIFY_IDENTITY", "STRICT": "VERIFY_IDENTITY",
}  # fmt: skip
RISING = ("DISABLED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")
MODE_NAMES = ("ssl_mode", "sslmode", "tls", "ssl", "sslaccept", "usessl", "requiressl",
              "ssl_disabled", "ssl_verify_cert", "ssl_verify_server_cert", "ssl_verify_identity",
              "ssl_check_hostname", "verifyservercertificate")  # fmt: skip
FILES = {"ssl_ca": "ssl_ca", "sslca": "ssl_ca", "ssl_cert": "ssl_cert", "ssl_key": "ssl_key",
         "ssl_capath": "ssl_capath", "sslrootcert": "ssl_ca"}  # fmt: skip
OTHERS = ("charset", "unix_socket", "socket", "host", "connect_timeout")
POOLS = ("connection_limit", "pool_timeout", "pool_size", "max_overflow", "pool_recycle",
         "pool_pre_ping", "socket_timeout", "read_timeout", "write_timeout")  # fmt: skip
IDLE = ("reconnect", "autoreconnect", "parsetime", "loc", "useunicode", "characterencoding",
        "collation", "servertimezone", "timezone", "allowpublickeyretrieval", "use_unicode",
        "zerodatetimebehavior", "autocommit", "multistatements")  # fmt: skip
LEFT_OUT = dict.fromkeys(POOLS, OURS) | dict.fromkeys(IDLE, USELESS)


def mysql_options(query: Query) -> Options:
    """Raises BadDatabaseUrl."""
    given = folded(query)
    refuse_unknown(given, {*MODE_NAMES, *FILES, *OTHERS, *LEFT_OUT})
    files = {FILES[name]: given[name] for name in FILES if name in given}
    known = dict(_connection(given)) | files
    if mode := _mode(given, files):
        known["ssl_mode"] = mode
    return Options(known, {name: why for name, why in LEFT_OUT.items() if name in given})


def _connection(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield "charset", given.get("charset", "utf8mb4")
    if socket := _socket(given):
        yield "unix_socket", socket
    if (seconds := given.get("connect_timeout")) and int(whole("connect_timeout", seconds)):
        yield "connect_timeout", seconds


def _socket(given: Mapping[str, str]) -> str | None:
    host = given.get("host", "/")
    if not host.startswith("/"):
        raise BadDatabaseUrl("MySQL and MariaDB have one host: write it before the database")
    return given.get("unix_socket") or given.get("socket") or given.get("host")


def _mode(given: Mapping[str, str], files: Mapping[str, str]) -> str | None:
    """The strictest mode that an option asks for, but `DISABLED` if one asks for that."""
    modes = [mode for name in MODE_NAMES if name in given for mode in _asked(name, given[name])]
    if "DISABLED" in modes:
        return "DISABLED"
    mode = max(modes, key=RISING.index, default=None)
    if "ssl_ca" in files or "ssl_capath" in files:
        # As MySQL has it: who names the CA wants it checked. Without a mode, so is the name.
        return {None: "VERIFY_IDENTITY", "REQUIRED": "VERIFY_CA"}.get(mode, mode)
    return mode or ("REQUIRED" if "ssl_cert" in files else None)


def _asked(name: str, value: str) -> Iterator[str]:
    match name:
        case "ssl" if value.startswith("{"):  # as PlanetScale prints it
            yield "VERIFY_IDENTITY" if _verifies(value) else "REQUIRED"
        case "usessl":
            yield "REQUIRED" if is_yes(name, value) else "DISABLED"
        case "requiressl" | "ssl_disabled":  # alone, their `false` asks for nothing
            if is_yes(name, value):
                yield "REQUIRED" if name == "requiressl" else "DISABLED"
        case "ssl_verify_cert" | "ssl_verify_server_cert" | "verifyservercertificate":
            yield "VERIFY_CA" if is_yes(name, value) else "REQUIRED"
        case "ssl_verify_identity" | "ssl_check_hostname":
            yield "VERIFY_IDENTITY" if is_yes(name, value) else "VERIFY_CA"
        case _:
            yield MODES[one_of(name, value.upper().replace("-", "_"), MODES)]


def _verifies(value: str) -> bool:
    try:
        return json.loads(value).get("rejectUnauthorized") is not False
    except ValueError:
        return True
