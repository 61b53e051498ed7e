"""Runs the service under uvicorn, hardened for a hostile network."""

import os
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from uservault.serving.http import PatientHttp
from uservault.settings.tree import Settings
from uservault.telemetry.greeting import greeting

EVERYWHERE = "::"  # all addresses of the machine
START_TIMEOUT = 60  # seconds for a worker process to start before it is killed


class CannotListen(Exception):
    """The address is in use or not available. The message gives the reason."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then finish open requests.

    Raises CannotListen before anything is changed or started.
    """
    server = settings.server
    listener = _listener(server.host, server.port)
    signal.signal(signal.SIGTERM, _exit)
    # The app loads the settings again. These may come from the command line.
    for name in ("host", "port", "workers", "root_path"):
        if (value := getattr(server, name)) is not None:
            os.environ[f"USERVAULT_SERVER__{name.upper()}"] = str(value)
    if not settings.production:
        sys.stdout.write(greeting(settings))
        sys.stdout.flush()
    _run(uvicorn.Config("uservault.main:app", **uvicorn_options(settings)), listener)


def _listener(host: str, port: int) -> socket.socket | None:
    """A socket for both families if the host is `::`. uvicorn opens the others.

    Its own would be for IPv6 alone with one worker, and for both with several.
    """
    both = host == EVERYWHERE and socket.has_dualstack_ipv6()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, dualstack_ipv6=both)
    except OSError as error:
        raise CannotListen(f"cannot listen: {error.strerror}") from None
    if both:
        return listener
    listener.close()  # it was only to see whether the address is free
    return None


def _run(config: uvicorn.Config, listener: socket.socket | None) -> None:
    """As uvicorn.run does, which takes no socket."""
    if config.workers > 1:
        Multiprocess(config, sockets=[listener or config.bind_socket()]).run()
        return
    config.load_app()
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run([listener] if listener else None)
    if not server.started:
        sys.exit(STARTUP_FAILURE)


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
