"""Options of a PostgreSQL URL that the server can tell us of."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from tests.support.databases import settings_for
from tests.support.server import own_folder
from tests.support.servers import postgresql_server
from uservault.db.database import Database
from uservault.db.migrations import current
from uservault.kit.urls import async_url

pytestmark = pytest.mark.backend("postgresql")


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, str, int]]:
    """Its URL, and the folder and the number of its socket."""
    with (
        own_folder() as folder,
        postgresql_server(f"unix_socket_directories={folder}") as server,
    ):
        yield server.url, str(folder), server.port


def asked(url: str, question: str) -> str:
    async def ask() -> str:
        database = Database(async_url(url))
        try:
            (row,) = await database.rows(text(question))
        finally:
            await database.close()
        return str(row[0])

    return asyncio.run(ask())


def test_reach_the_session(server: tuple[str, str, int]) -> None:
    for option, shown, value in (
        ("application_name=vault", "application_name", "vault"),
        ("options=-c%20statement_timeout%3D7s%20-c%20work_mem%3D5MB", "work_mem", "5MB"),
        ("options=-c%20statement_timeout%3D7s", "statement_timeout", "7s"),
        ("lock_timeout=6s", "lock_timeout", "6s"),
        ("schema=vault", "search_path", "vault"),
    ):
        assert asked(f"{server[0]}?{option}", f"SHOW {shown}") == value


def test_name_us_in_the_list_of_sessions(server: tuple[str, str, int]) -> None:
    url = f"{server[0]}?application_name=vault&channel_binding=prefer&pgbouncer=true"
    question = "SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()"

    assert asked(url, question) == "vault"


def test_lead_to_a_socket(server: tuple[str, str, int]) -> None:
    _, folder, port = server
    question = "SELECT inet_server_addr() IS NULL"

    assert asked(f"postgresql://postgres@/postgres?host={folder}&port={port}", question) == "True"
    encoded = folder.replace("/", "%2F")
    assert asked(f"postgresql://postgres@{encoded}/postgres?port={port}", question) == "True"


def test_find_the_host_that_may_be_written(server: tuple[str, str, int]) -> None:
    url, _, port = server
    several = url.replace(f"127.0.0.1:{port}", f"127.0.0.1:1,127.0.0.1:{port}")

    assert asked(f"{several}?target_session_attrs=read-write", "SELECT 1") == "1"


def test_hold_for_migrations_too(server: tuple[str, str, int]) -> None:
    settings = settings_for(f"{server[0]}?application_name=vault&sslmode=prefer")

    assert asyncio.run(current(settings)) is None
