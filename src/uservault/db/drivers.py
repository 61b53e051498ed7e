"""What the drivers are told: the options of the URL, and our settings."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL

from uservault.kit.database_tls import mysql_tls, postgresql_tls
from uservault.kit.postgresql_options import SERVER
from uservault.settings.database import DatabaseSettings

MAX_JOINED = 1 << 20  # bytes; the longest result of GROUP_CONCAT in MySQL and MariaDB
MAX_CONNECT_TIMEOUT = 60.0  # seconds, as of our own setting
Given = Mapping[str, Any]


def driver_url(url: URL) -> URL:
    """The URL without the options, which `driver_arguments` has."""
    return url.set(query={})


def driver_arguments(
    url: URL, settings: DatabaseSettings, *, limited: bool = True
) -> dict[str, Any]:
    """The arguments of the driver's `connect`. Unless `limited`, statements have no timeout."""
    backend = url.get_backend_name()
    if backend == "sqlite":
        return {"timeout": settings.busy_timeout}
    if backend == "postgresql":
        return _postgresql(url.query, settings, limited=limited)
    return _mysql(url.query, settings, limited=limited)


def _postgresql(given: Given, settings: DatabaseSettings, *, limited: bool) -> dict[str, Any]:
    arguments: dict[str, Any] = {"timeout": _connect_timeout(given, settings)}
    if not settings.statement_cache or given.get("statement_cache") == "false":
        arguments |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
    if limited:
        arguments["command_timeout"] = settings.command_timeout
    if told := {name: given[name] for name in SERVER.values() if name in given}:
        arguments["server_settings"] = told
    if session := given.get("target_session_attrs"):
        arguments["target_session_attrs"] = session
    return arguments | _hosts(given.get("host", ())) | postgresql_tls(given)


def _hosts(listed: tuple[str, ...]) -> dict[str, Any]:
    """asyncpg tries them in turn."""
    hosts = [_host_and_port(host) for host in listed]
    if not hosts:
        return {}
    return {"host": [host for host, _ in hosts], "port": [port for _, port in hosts]}


def _host_and_port(listed: str) -> tuple[str, int]:
    host, _, port = listed.rpartition(":")
    return host.strip("[]"), int(port)


def _mysql(given: Given, settings: DatabaseSettings, *, limited: bool) -> dict[str, Any]:
    # Bad values are errors, never silently truncated. By default, MySQL truncates the results of
    # GROUP_CONCAT at 1024 bytes.
    strict = "SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'"
    arguments = {
        "connect_timeout": _connect_timeout(given, settings),
        "init_command": f"{strict}, group_concat_max_len={MAX_JOINED}",
        **{name: given[name] for name in ("charset", "unix_socket") if name in given},
    }
    if limited:
        arguments["read_timeout"] = settings.command_timeout
    return arguments | mysql_tls(given)


def _connect_timeout(given: Given, settings: DatabaseSettings) -> float:
    asked = given.get("connect_timeout")
    return min(float(asked), MAX_CONNECT_TIMEOUT) if asked else settings.connect_timeout
