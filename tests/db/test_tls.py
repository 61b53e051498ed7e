"""Connections to a database server that are encrypted, and verify it.

The PostgreSQL of the development dependencies is built without TLS: these tests need the system's.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.support.programs import ProgramMissing, go_without
from tests.support.server import NOBODY, own_folder
from tests.support.servers import mariadb_server, postgresql_server
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


@pytest.fixture(scope="module")
def proved() -> Iterator[tuple[Path, Path]]:
    with proof() as pair:
        yield pair


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that the server does not have."""
    return certificate(tmp_path_factory.mktemp("other"))[0]


@pytest.fixture(scope="module")
def mariadb(proved: tuple[Path, Path]) -> Iterator[str]:
    """Refuses what is not encrypted."""
    certified, key = proved
    secure = ("require_secure_transport=ON", f"ssl-cert={certified}", f"ssl-key={key}")
    try:
        with mariadb_server(*secure, f"ssl-ca={certified}") as server:
            yield server.url
    except ProgramMissing as missing:
        go_without(missing)


@pytest.fixture(scope="module")
def postgresql(proved: tuple[Path, Path]) -> Iterator[str]:
    certified, key = proved
    try:
        with postgresql_server(
            "ssl=on", f"ssl_cert_file={certified}", f"ssl_key_file={key}", tls=True
        ) as server:
            yield server.url
    except ProgramMissing as missing:
        go_without(missing)


def is_refused(url: str, question: str) -> bool:
    with pytest.raises(DatabaseUnavailable):
        asyncio.run(asked(url, question))
    return True


@pytest.mark.backend("mariadb")
class TestMariadb:
    CIPHER = "SHOW STATUS LIKE 'Ssl_cipher'"

    def test_is_encrypted(self, mariadb: str, proved: tuple[Path, Path]) -> None:
        certified, key = proved
        for options in (
            "ssl-mode=REQUIRED", "ssl-mode=PREFERRED", "tls=skip-verify", "sslmode=require",
            f"ssl_ca={certified}", f"ssl=true&ssl_ca={certified}",
            f"ssl_mode=VERIFY_CA&ssl-ca={certified}",
            f"sslmode=VERIFY_IDENTITY&ssl_ca={certified}",
            f"ssl-mode=REQUIRED&ssl_cert={certified}&ssl_key={key}",
        ):  # fmt: skip
            assert asyncio.run(asked(f"{mariadb}?{options}", self.CIPHER)), options

    def test_is_verified(self, mariadb: str, other: Path, proved: tuple[Path, Path]) -> None:
        by_another_name = mariadb.replace("127.0.0.1", "localhost")

        for options in (f"ssl_ca={other}", f"ssl-mode=VERIFY_CA&ssl_ca={other}", "ssl=true", ""):
            assert is_refused(f"{mariadb}?{options}", "SELECT 1"), options
        assert is_refused(f"{by_another_name}?ssl_ca={proved[0]}", "SELECT 1")
        asyncio.run(asked(f"{by_another_name}?ssl-mode=VERIFY_CA&ssl_ca={proved[0]}", "SELECT 1"))


@pytest.mark.backend("postgresql")
class TestPostgresql:
    IS_ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

    def test_is_encrypted(self, postgresql: str, proved: tuple[Path, Path]) -> None:
        certified, key = proved
        for options in (
            "sslmode=require", "ssl=true", "sslmode=prefer",
            f"sslmode=verify-ca&sslrootcert={certified}",
            f"sslmode=verify-full&sslrootcert={certified}",
            f"sslmode=require&sslcert={certified}&sslkey={key}&sslpassword=x",
        ):  # fmt: skip
            assert asyncio.run(asked(f"{postgresql}?{options}", self.IS_ENCRYPTED)) == "True"
        disabled = f"{postgresql}?sslmode=disable"
        assert asyncio.run(asked(disabled, self.IS_ENCRYPTED)) == "False"

    def test_is_verified(self, postgresql: str, other: Path, proved: tuple[Path, Path]) -> None:
        by_another_name = postgresql.replace("127.0.0.1", "localhost")
        known = f"sslrootcert={proved[0]}"

        for options in (f"sslmode=verify-ca&sslrootcert={other}", "sslrootcert=system"):
            assert is_refused(f"{postgresql}?{options}", "SELECT 1"), options
        assert is_refused(f"{by_another_name}?sslmode=verify-full&{known}", "SELECT 1")
        asyncio.run(asked(f"{by_another_name}?sslmode=verify-ca&{known}", "SELECT 1"))
