"""Runs the service under uvicorn, hardened for a hostile network."""

import os
import signal
import socket
import sys
from typing import Any

import uvicorn

from uservault.serving.http import PatientHttp
from uservault.settings.tree import Settings
from uservault.telemetry.greeting import greeting

START_TIMEOUT = 60  # seconds for a worker process to start before it is killed


class CannotListen(Exception):
    """The address is in use or not available. The message gives the reason."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then finish open requests.

    Raises CannotListen before anything is changed or started.
    """
    server = settings.server
    _check_free(server.host, server.port)
    signal.signal(signal.SIGTERM, _exit)
    # The app loads the settings again. These may come from the command line.
    for name in ("host", "port", "workers"):
        os.environ[f"USERVAULT_SERVER__{name.upper()}"] = str(getattr(server, name))
    if not settings.production:
        sys.stdout.write(greeting(settings))
        sys.stdout.flush()
    uvicorn.run("uservault.main:app", **uvicorn_options(settings))


def _check_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        raise CannotListen(f"cannot listen: {error.strerror}") from None


def _exit(*_: object) -> None:
    # uvicorn drains, then raises the signal again. A requested stop is a success.
    sys.exit(0)


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    server = settings.server
    return {
        "host": server.host,
        "port": server.port,
        "workers": server.workers,
        "loop": "uvloop",
        "http": PatientHttp,
        "ws": "none",
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "proxy_headers": False,  # we read X-Forwarded-For ourselves, from trusted proxies only
        "server_header": False,
        "timeout_keep_alive": server.keep_alive,
        "timeout_worker_healthcheck": START_TIMEOUT,
        "timeout_graceful_shutdown": server.shutdown_timeout,
    }
