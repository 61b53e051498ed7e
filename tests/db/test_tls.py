"""Connections to a database server that are encrypted, and verify it.

The PostgreSQL of the development dependencies is built without TLS.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.programs import ProgramMissing, go_without
from tests.support.server import NOBODY, own_folder
from tests.support.servers import mariadb_server
from tests.support.smtp import certificate
from uservault.db.database import Database
from uservault.db.errors import DatabaseUnavailable
from uservault.kit.urls import async_url

pytestmark = pytest.mark.promise("I14")


@contextmanager
def proof() -> Iterator[tuple[Path, Path]]:
    """A certificate of 127.0.0.1 and its key, for a server to read."""
    with own_folder() as folder:
        trusted, _ = certificate(folder)
        key = trusted.with_suffix(".key")
        key.chmod(0o600)
        if os.geteuid() == 0:
            os.chown(key, NOBODY, NOBODY)
        yield trusted, key


async def asked(url: str, question: str) -> str:
    database = Database(async_url(url))
    try:
        (row,) = await database.rows(text(question))
    finally:
        await database.close()
    return str(row[-1])


@pytest.mark.backend("mariadb")
async def test_mariadb_is_verified_by_the_certificate() -> None:
    try:
        with (
            proof() as (trusted, key),
            own_folder() as folder,
            mariadb_server(f"ssl-cert={trusted}", f"ssl-key={key}") as server,
        ):
            other, _ = certificate(folder)

            cipher = await asked(f"{server.url}?ssl_ca={trusted}", "SHOW STATUS LIKE 'Ssl_cipher'")
            with pytest.raises(DatabaseUnavailable):
                await asked(f"{server.url}?ssl_ca={other}", "SELECT 1")
    except ProgramMissing as missing:
        go_without(missing)

    assert cipher
