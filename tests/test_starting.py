import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.support.newcomer import serving, started
from tests.support.patience import patience
from tests.support.server import free_port
from tests.support.serving import command, environment
from uservault.db.revisions import newest

ROOT = Path(__file__).parents[1]


class TestServe:
    def test_says_that_the_port_is_taken_and_leaves_nothing(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]

            with started(tmp_path, port) as server:
                server.wait(patience())

        console = (tmp_path / "console").read_text()
        assert server.returncode == 2
        assert console.startswith("uservault: cannot listen: Address already in use")
        assert str(port) in console
        assert console.count("\n") == 1
        assert not (tmp_path / "app.db").exists()

    @pytest.mark.promise("G1")
    def test_says_in_a_line_why_it_does_not_start(self, tmp_path: Path) -> None:
        url = f"postgresql://u:sesame@127.0.0.1:{free_port()}/db"
        given = environment(url, {})  # migrates at the start

        done = subprocess.run(  # noqa: S603
            [command("uservault"), "serve", "--port", str(free_port())],
            cwd=tmp_path,
            env=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience(),
        )

        assert done.returncode == 3
        errors = [json.loads(line) for line in done.stderr.splitlines() if '"error"' in line]
        assert [each["event"] for each in errors] == [
            "the database is not available: nothing listens at that address and port",
            "Application startup failed. Exiting.",
        ]
        assert "Traceback" not in done.stderr
        assert "sesame" not in done.stderr

    def test_knows_where_the_command_line_made_it_listen(self, tmp_path: Path) -> None:
        port = free_port()

        with serving(tmp_path, port):
            address = f"http://127.0.0.1:{port}"
            described = httpx.get(
                f"{address}/.well-known/oauth-authorization-server", timeout=patience()
            ).json()

        assert described["jwks_uri"] == f"{address}/.well-known/jwks.json"

    @pytest.mark.promise("H9")
    def test_leaves_with_code_0_when_it_is_told_to(self, tmp_path: Path) -> None:
        with serving(tmp_path, free_port()) as server:
            server.send_signal(signal.SIGTERM)

            assert server.wait(patience()) == 0

    @pytest.mark.promise("F6")
    def test_keeps_no_headers_that_do_not_end(self, tmp_path: Path) -> None:
        port = free_port()
        with serving(tmp_path, port):
            with socket.create_connection(("127.0.0.1", port), timeout=patience()) as large:
                large.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 60_000)
                large.sendall(b"\r\n\r\n")
                assert large.recv(100).startswith(b"HTTP/1.1 200")

            with socket.create_connection(("127.0.0.1", port), timeout=patience()) as endless:
                endless.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 1_000_000)
                assert endless.recv(100).startswith(b"HTTP/1.1 431")
                with pytest.raises(ConnectionError):
                    _go_on(endless)

    def test_greets_a_newcomer(self, tmp_path: Path) -> None:
        port = free_port()
        with serving(tmp_path, port):
            console = (tmp_path / "console").read_text()

        assert console.startswith(f"UserVault serves on http://127.0.0.1:{port} (development")
        assert "sqlite:///app.db" in console

    def test_tells_of_a_migration_once(self, tmp_path: Path) -> None:
        for _ in range(2):
            with serving(tmp_path, free_port()) as server:
                server.terminate()
                server.wait(patience())

        lines = (tmp_path / "logs/microservice.log").read_text().splitlines()
        (migrated,) = [json.loads(line) for line in lines if '"migrated"' in line]
        assert (migrated["from"], migrated["to"]) == ("none", newest())
        assert not any("alembic" in line for line in lines)


class TestMake:
    def test_names_the_python_that_is_too_old(self, tmp_path: Path) -> None:
        old = tmp_path / "python3"
        pretend = "import sys; sys.version_info = (3, 9, 2); sys.version = '3.9.2 (main)'"
        old.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{pretend}; exec(sys.argv[1])" "$2"\n')
        old.chmod(0o755)

        made = subprocess.run(  # noqa: S603
            ["make", f"PYTHON={old}", f"VENV={tmp_path}/venv", "install"],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=patience(),
        )

        assert made.returncode
        assert "needs Python 3.11 or newer; this is 3.9.2" in made.stderr
        assert not (tmp_path / "venv").exists()


def _go_on(sender: socket.socket) -> None:
    """Send for longer than a server lingers that nobody reads any more."""
    for _ in range(int(patience() * 10)):
        sender.sendall(b"x" * 1000)
        time.sleep(0.1)
