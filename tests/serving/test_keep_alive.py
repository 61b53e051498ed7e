"""Idle connections, which a balancer has to close before the service does."""

from pathlib import Path

from tests.support.databases import settings_for
from tests.support.serving import serving
from tests.support.sockets import GET, answered, connect
from uservault.serving.run import uvicorn_options

ALB = 60  # seconds that AWS's balancer, and most others, keep an idle connection


def test_a_connection_stays_open_longer_than_the_usual_balancers_keep_it() -> None:
    settings = settings_for("sqlite://")

    assert settings.server.keep_alive == 75 > ALB
    assert uvicorn_options(settings)["timeout_keep_alive"] == 75


def test_an_idle_connection_is_closed_when_its_time_is_up(tmp_path: Path) -> None:
    times = {"USERVAULT_SERVER__KEEP_ALIVE": "1", "USERVAULT_SERVER__READ_TIMEOUT": "300"}
    with serving(f"sqlite:///{tmp_path}/app.db", **times) as served, connect(served) as idle:
        idle.sendall(GET + b"\r\n")

        assert b"connection: close" not in answered(idle).lower()
        assert idle.recv(1) == b""


def test_an_idle_connection_outlives_the_time_for_reading(tmp_path: Path) -> None:
    time = {"USERVAULT_SERVER__READ_TIMEOUT": "1"}
    with (
        serving(f"sqlite:///{tmp_path}/app.db", **time) as served,
        connect(served) as idle,
        connect(served) as half,
    ):
        idle.sendall(GET + b"\r\n")
        answered(idle)
        half.sendall(GET)
        assert half.recv(1) == b""  # its second is over, so that of the other is, too

        idle.sendall(GET + b"\r\n")
        assert answered(idle).startswith(b"HTTP/1.1 200 ")
