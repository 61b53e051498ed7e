"""The options of PostgreSQL URLs, as libpq, its providers and other drivers spell them."""

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

DEFAULT_PORT = 5432
MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
ENCRYPTED_MODES = {"require", "verify-ca", "verify-full"}  # the other modes may fall back
# As libpq has it, and node-postgres.
OTHER_MODES = {"true": "require", "1": "require", "no-verify": "require",
               "false": "disable", "0": "disable"}  # fmt: skip
SESSIONS = ("any", "primary", "standby", "read-write", "read-only", "prefer-standby")
NEGOTIATIONS = ("postgres", "direct")
# What libpq and we call by the same name.
TLS = ("sslrootcert", "sslcert", "sslkey", "sslpassword", "sslcrl",
       "ssl_min_protocol_version", "ssl_max_protocol_version", "sslnegotiation")  # fmt: skip
# Settings of the session, which the server is told when we connect.
SERVER = {
    "application_name": "application_name",
    "fallback_application_name": "application_name",
    "applicationname": "application_name",
    "options": "options",
    "schema": "search_path",
    "currentschema": "search_path",
    "search_path": "search_path",
    "statement_timeout": "statement_timeout",
    "lock_timeout": "lock_timeout",
    "idle_in_transaction_session_timeout": "idle_in_transaction_session_timeout",
}
# Drivers' names for a cache of prepared statements; 0 turns it off, as poolers need it.
CACHES = ("statement_cache_size", "prepared_statement_cache_size", "statement_cache_capacity",
          "preparethreshold")  # fmt: skip
OTHERS = ("sslmode", "ssl", "host", "port", "target_session_attrs", "connect_timeout", "pgbouncer",
          "prepared_statements", *CACHES)  # fmt: skip
UNBOUND = (
    "the driver has no channel binding; sslmode=verify-full protects from whoever poses as the"
    " server"
)
POOLS = ("connection_limit", "pool_timeout", "pool_size", "max_overflow", "pool_recycle",
         "pool_pre_ping", "pool_max_conns", "socket_timeout")  # fmt: skip
IDLE = ("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
        "tcp_user_timeout", "gssencmode", "krbsrvname", "sslcompression", "sslsni",
        "client_encoding", "load_balance_hosts", "uselibpqcompat", "supa",
        "workaround")  # fmt: skip
LEFT_OUT = {"channel_binding": UNBOUND} | dict.fromkeys(POOLS, OURS) | dict.fromkeys(IDLE, USELESS)


def postgresql_options(query: Query, port: int) -> Options:
    """`port`: of hosts that name none. Raises BadDatabaseUrl."""
    given = folded(query)
    refuse_unknown(given, {*TLS, *SERVER, *OTHERS, *LEFT_OUT})
    known = {name: given[name] for name in TLS if name in given}
    known |= {SERVER[name]: given[name] for name in SERVER if name in given}
    known |= dict(_connection(given)) | dict(_encryption(given))
    port = int(whole("port", given.get("port", str(port))))
    return Options(
        {**known, **_hosts(query, port)},
        {name: reason for name, reason in LEFT_OUT.items() if name in given},
    )


def _connection(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if session := given.get("target_session_attrs"):
        yield "target_session_attrs", one_of("target_session_attrs", session, SESSIONS)
    if (seconds := given.get("connect_timeout")) and int(whole("connect_timeout", seconds)):
        yield "connect_timeout", seconds  # with libpq, 0 is no timeout; our own setting limits it
    cached = [int(whole(name, given[name])) > 0 for name in CACHES if name in given]
    if "pgbouncer" in given:
        cached.append(not is_yes("pgbouncer", given["pgbouncer"]))
    if "prepared_statements" in given:
        cached.append(is_yes("prepared_statements", given["prepared_statements"]))
    if not all(cached):
        yield "statement_cache", "false"


def _encryption(given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    mode = given.get("sslmode") or given.get("ssl")
    if given.get("sslrootcert") == "system":
        mode = mode or "verify-full"  # as libpq has it
        if mode != "verify-full":
            raise BadDatabaseUrl("sslrootcert=system needs sslmode=verify-full")
    if mode:
        mode = one_of("sslmode", OTHER_MODES.get(mode, mode), MODES)
        yield "ssl", mode
    if negotiation := given.get("sslnegotiation"):
        one_of("sslnegotiation", negotiation, NEGOTIATIONS)
        if negotiation == "direct" and mode not in ENCRYPTED_MODES:
            raise BadDatabaseUrl("sslnegotiation=direct needs sslmode=require or a stronger one")


def _hosts(query: Query, port: int) -> dict[str, tuple[str, ...]]:
    listed = query.get("host", ())
    hosts = listed.split(",") if isinstance(listed, str) else listed
    hosts = [host for host in hosts if host]
    return {"host": tuple(_with_port(host, port) for host in hosts)} if hosts else {}


def _with_port(host: str, port: int) -> str:
    """Folders of sockets have one, too: it is in the name of the socket."""
    if host.count(":") > 1 and host[0] not in "/[":
        return f"[{host}]:{port}"
    has_port = not host.startswith("/") and ":" in host.rpartition("]")[2]
    return host if has_port else f"{host}:{port}"
