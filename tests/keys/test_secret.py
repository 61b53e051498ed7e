import logging
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.support.databases import SECRET
from uservault.keys.secret import FILE, sealer, signing_key
from uservault.kit.crypto import Unsealable
from uservault.kit.urls import async_url
from uservault.settings.tree import Settings


def given(secret: str = "", **others: object) -> Settings:
    return Settings(_env_file=None, jwt_secret_key=secret, **others)  # type: ignore[arg-type]


def database_in(folder: Path) -> URL:
    return async_url(f"sqlite:///{folder}/app.db")


def key_in(folder: Path) -> bytes:
    return signing_key(given(), database_in(folder))


class TestSigningKey:
    def test_is_the_one_that_is_set(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        assert signing_key(given(SECRET), database_in(tmp_path)) == SECRET.encode()
        assert not caplog.records
        assert not list(tmp_path.iterdir())

    @pytest.mark.promise("G1")
    @pytest.mark.parametrize("weak", ["short", "your-secret-key", "s" * 31, "s" * 32])
    def test_is_warned_of_if_it_is_weak(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, weak: str
    ) -> None:
        assert signing_key(given(weak), database_in(tmp_path)) == weak.encode()

        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert "WEAK" in record.getMessage()
        assert weak not in record.getMessage()

    @pytest.mark.promise("C5")
    def test_is_made_and_kept_beside_the_database(self, tmp_path: Path) -> None:
        key = key_in(tmp_path)

        assert len(key) == 64
        assert key_in(tmp_path) == key
        (file,) = tmp_path.iterdir()
        assert file.name == FILE
        assert file.stat().st_mode & 0o777 == 0o600

    def test_is_kept_in_the_working_directory_of_a_server(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)

        key = signing_key(given(), async_url("postgresql://h/db"))

        assert (tmp_path / FILE).read_bytes() == key

    def test_is_one_for_all_processes_that_start_at_once(self, tmp_path: Path) -> None:
        with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
            keys = set(pool.map(key_in, [tmp_path] * 16))

        assert len(keys) == 1
        assert [file.name for file in tmp_path.iterdir()] == [FILE]


class TestSealer:
    def test_seals_under_the_signing_key_if_there_is_no_other(self) -> None:
        sealed = sealer(given(), b"k" * 32).seal(b"secret", "x")

        assert sealer(given(), b"k" * 32).open(sealed, "x") == b"secret"
        with pytest.raises(Unsealable):
            sealer(given(), b"l" * 32).open(sealed, "x")

    def test_seals_under_the_first_of_its_keys_and_opens_by_each(self) -> None:
        old, both = given(sealing_keys="o" * 32), given(sealing_keys=f"{'n' * 32}, {'o' * 32}")
        sealed = sealer(old, b"").seal(b"secret", "x")

        assert sealer(both, b"").open(sealed, "x") == b"secret"
