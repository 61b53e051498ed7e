"""The log file on a disk that is full, or fails."""

import json
import logging
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.patience import patience
from tests.support.serving import Served, serving
from uservault.telemetry.json_lines import JsonLines
from uservault.telemetry.log_file import LogFile

FULL = Path("/dev/full")
SIZE = 256 * 1024  # bytes of the small disk
log = logging.getLogger("uservault.test")


class Console(logging.Handler):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def told(self, event: str) -> list[logging.LogRecord]:
        return [record for record in self.records if record.getMessage() == event]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "microservice.log"


@pytest.fixture
def console() -> Iterator[Console]:
    console = Console()
    logging.getLogger().addHandler(console)
    yield console
    logging.getLogger().removeHandler(console)


@pytest.fixture
def file(path: Path, console: Console) -> Iterator[LogFile]:
    """On a disk that is full, beside the console."""
    path.symlink_to(FULL)
    file = LogFile(path, maxBytes=100_000, encoding="utf-8")
    file.setFormatter(JsonLines())
    logging.getLogger().addHandler(file)
    yield file
    logging.getLogger().removeHandler(file)
    file.close()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def make_room(path: Path) -> None:
    path.unlink()
    path.touch()


class TestLogFile:
    @pytest.mark.usefixtures("file")
    def test_says_once_that_the_disk_is_full(
        self, console: Console, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for _ in range(50):
            log.warning("something")

        (told,) = console.told("cannot write the log file")
        assert vars(told)["reason"] == "No space left on device"
        assert len(console.told("something")) == 50
        assert capsys.readouterr() == ("", "")  # no traceback, with the line in it

    def test_is_written_again_when_there_is_room(
        self, file: LogFile, console: Console, path: Path
    ) -> None:
        file.retry = 0
        for _ in range(3):
            log.warning("lost")
        make_room(path)

        log.warning("kept")

        assert [line["event"] for line in lines(path)] == ["kept", "the log file is written again"]
        (told,) = console.told("the log file is written again")
        assert vars(told)["lost_lines"] >= 3

    def test_does_not_ask_a_disk_that_failed_for_a_while(
        self, file: LogFile, console: Console, path: Path
    ) -> None:
        file.retry = 1_000
        log.warning("lost")
        make_room(path)

        log.warning("lost, too")

        assert path.read_text() == ""
        assert len(console.told("lost, too")) == 1


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk. Only root may mount one, and not in every container."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs"]
    mounted = subprocess.run(  # noqa: S603
        ["mount", *options, folder],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"cannot mount a small disk here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)  # noqa: S603, S607


def fill(disk: Path) -> Path:
    """Leave no byte on the disk."""
    filling = disk / "filling"
    with filling.open("wb", buffering=0) as file:
        for size in (4096, 1):
            with suppress(OSError):
                while file.write(b"x" * size):
                    pass
    assert shutil.disk_usage(disk).free == 0
    return filling


def ask(served: Served, times: int) -> set[int]:
    with httpx.Client(base_url=served.url, trust_env=False, timeout=patience()) as client:
        return {client.get("/.well-known/jwks.json").status_code for _ in range(times)}


def test_a_full_disk_fails_no_request(disk: Path, tmp_path: Path) -> None:
    path = disk / "microservice.log"
    with serving(
        f"sqlite:///{tmp_path}/app.db", USERVAULT_LOG__FILE=str(path), USERVAULT_LOG__FORMAT="json"
    ) as served:
        before = ask(served, 5)
        filling = fill(disk)
        # More than the file's last page takes.
        while_full = ask(served, 100)
        filling.unlink()
        told = "the log file is written again"
        after = set[int]()
        for _ in range(int(patience() * 100)):
            after |= ask(served, 5)
            if told in served.said():
                break
        said = served.said()

    assert before == while_full == after == {200}
    assert said.count("cannot write the log file") == 1
    assert said.count(told) == 1
    assert "Traceback" not in said
    assert "Logging error" not in said
    assert told in [line["event"] for line in lines(path)]


class TestRotation:
    def test_keeps_what_was_written_while_no_file_can_be_opened(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = LogFile(path, maxBytes=300, backupCount=2, encoding="utf-8")
        file.setFormatter(logging.Formatter("%(message)s"))
        file.retry = 0
        for letter in "ab":
            file.handle(record(letter * 200))
        monkeypatch.setattr(LogFile, "_open", none_left)
        for letter in "cdef":
            file.handle(record(letter * 200))
        monkeypatch.undo()
        file.handle(record("g" * 200))
        file.close()

        kept = "".join(each.read_text() for each in path.parent.iterdir())
        assert {"a", "b", "g"} <= set(kept)

    def test_cuts_off_nothing_that_another_wrote(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = LogFile(path, encoding="utf-8")
        file.setFormatter(logging.Formatter("%(message)s"))
        file.handle(record("ours"))
        with path.open("a") as other:
            other.write("of another process, and longer\n")
        monkeypatch.setattr(file.stream, "flush", none_left)
        file.handle(record("lost"))
        file.close()

        assert "of another process, and longer\n" in path.read_text()


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("uservault.test", logging.INFO, "", 0, message, (), None)


def none_left(*_: object) -> None:
    raise OSError(24, "Too many open files")
