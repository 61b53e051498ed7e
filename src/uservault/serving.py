"""Runs the service under uvicorn, hardened for a hostile network."""

import gc
import os
import signal
import socket
import sys
from asyncio import TimerHandle, Transport
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from uservault.kit.crypto import random_token
from uservault.kit.problems import BadRequest, Problem, RequestHeaderFieldsTooLarge
from uservault.settings.tree import Settings
from uservault.telemetry.greeting import greeting
from uservault.telemetry.logs import configure_logging
from uservault.telemetry.middleware import with_security
from uservault.telemetry.origin import Origin
from uservault.web.problem_handlers import answer

HEADERS_TIMEOUT = 20.0  # seconds for a request's headers to arrive
MAX_HEAD = 65536  # bytes of a request's headers
START_TIMEOUT = 60  # seconds for a worker process to start before it is killed
DRAIN = 0.5  # seconds at shutdown for requests that are still in the network


class PatientHttp(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with limits on headers and a graceful shutdown.

    Closes a connection whose headers are too slow or too large; uvicorn would wait for ever. At
    shutdown, keeps idle connections open for a moment, because a request may be in the socket
    already. Answers invalid HTTP with a problem.
    """

    # Both belong to one request: uvicorn creates a new list of headers for each.
    headers: list[tuple[bytes, bytes]]
    _head = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._stopping = False
        self._timeout: TimerHandle | None = None
        self._await_headers()

    def data_received(self, data: bytes) -> None:
        before = self.headers
        super().data_received(data)
        if self._in_head and self.headers is before:
            self._head += len(data)
            if self._head > MAX_HEAD:
                self._refuse(RequestHeaderFieldsTooLarge())

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_headers()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # ignore trailers: the checks of headers did not see them
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        if sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD:
            self._refuse(RequestHeaderFieldsTooLarge())
            raise ValueError("too large")  # stops the parser
        super().on_headers_complete()
        if self._stopping and self.cycle is not None:
            self.cycle.keep_alive = False

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        self._stopping = True
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(DRAIN, super().shutdown)
        else:
            super().shutdown()

    def send_400_response(self, msg: str) -> None:
        self._refuse(BadRequest())

    def _refuse(self, problem: Problem) -> None:
        """Answer instead of the application, which does not see the request."""
        if self.transport.is_closing():
            return
        origin = Origin(request_id=random_token())
        response = answer(problem, {"origin": origin})
        headers = [*with_security(response.raw_headers), (b"connection", b"close")]
        headers.append((b"x-request-id", str(origin.request_id).encode()))
        lines = [b"%s: %s\r\n" % header for header in headers]
        head = b"".join([STATUS_LINE[problem.status], *lines])
        self.transport.write(head + b"\r\n" + bytes(response.body))
        self.transport.close()

    def _await_headers(self) -> None:
        self._stop_waiting()
        self._in_head, self._head = True, 0
        self._timeout = self.loop.call_later(HEADERS_TIMEOUT, self.timeout_keep_alive_handler)

    def _stop_waiting(self) -> None:
        self._in_head = False
        if self._timeout:
            self._timeout.cancel()


def own_process(app: FastAPI) -> FastAPI:
    """Let the app configure logging and garbage collection, when the process serves only it.

    Do not use it for an app that is mounted in another one, or in tests.
    """
    start = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Any]:
        configure_logging(app.state.settings)
        async with start(app) as state:
            gc.freeze()  # these objects stay: exclude them from collections
            gc.set_threshold(10_000, 20, 20)  # collect the others less often
            yield state

    app.router.lifespan_context = lifespan
    return app


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
        "timeout_keep_alive": 30,
        "timeout_worker_healthcheck": START_TIMEOUT,
        "timeout_graceful_shutdown": server.shutdown_timeout,
    }
