"""HTTP/1.1 as the server speaks it."""

from asyncio import TimerHandle, Transport
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from uservault.kit.crypto import random_token
from uservault.kit.problems import BadRequest, Problem, RequestHeaderFieldsTooLarge
from uservault.serving.connections import Caps, TooManyConnections
from uservault.settings.tree import Settings
from uservault.telemetry.middleware import with_security
from uservault.telemetry.origin import Client, Origin
from uservault.web.problem_handlers import answer

MAX_HEAD = 65536  # bytes of a request's headers
DRAIN = 0.5  # seconds at shutdown for requests that are still in the network
LINGER = 2.0  # seconds for the rest of a body that nobody reads any more


class PatientHttp(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with limits on time, headers and connections, and a graceful shutdown.

    uvicorn would wait for ever for headers, for the rest of a body that was answered already, and
    between requests for a client that sends a line feed now and then (I15). At shutdown, keeps
    idle connections open for a moment, because a request may be in the socket already. Answers
    invalid HTTP with a problem.
    """

    # Both belong to one request: uvicorn creates a new list of headers for each.
    headers: list[tuple[bytes, bytes]]
    _head = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.since = self.loop.time()
        self.address = self.client[0] if self.client else None
        self.network = Client.at(self.address).network
        self._stopping = False
        self._timeout: TimerHandle | None = None
        self._await_headers()
        self._keep_within_caps()

    @property
    def silent(self) -> bool:
        return self._head == 0 and self._is_between_requests()

    @property
    def _settings(self) -> Settings:
        return cast("Settings", cast("Any", self.config.loaded_app).state.settings)

    def _keep_within_caps(self) -> None:
        caps = Caps.of(self._settings)
        open: Any = self.connections
        if not caps.admits(self, open):
            self._refuse(TooManyConnections())
        elif longest := caps.to_close(open):
            cast("PatientHttp", longest).timeout_keep_alive_handler()

    def data_received(self, data: bytes) -> None:
        before = self.headers
        super().data_received(data)
        if self._in_head and self.headers is before:
            self._head += len(data)
            if self._head > MAX_HEAD:
                self._refuse(RequestHeaderFieldsTooLarge())
        elif self._is_between_requests() and not self._is_waiting():
            self._await_headers()  # uvicorn has stopped its own timer, whatever came

    def _is_between_requests(self) -> bool:
        return self.cycle is None or (self.cycle.response_complete and not self.cycle.more_body)

    def _is_waiting(self) -> bool:
        timers = (self._timeout, self.timeout_keep_alive_task)
        return any(timer is not None and not timer.cancelled() for timer in timers)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._await_headers()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # ignore trailers: the checks of headers did not see them
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_waiting()
        self._head = 0
        if sum(len(name) + len(value) for name, value in self.headers) > MAX_HEAD:
            self._refuse(RequestHeaderFieldsTooLarge())
            raise ValueError("too large")  # stops the parser
        super().on_headers_complete()
        if self._stopping and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.since = self.loop.time()
        if self.cycle.response_complete and self.cycle.more_body:
            self._wait(LINGER)

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
        self._wait(self._settings.server.read_timeout)
        self._in_head, self._head = True, 0

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._timeout = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _stop_waiting(self) -> None:
        self._in_head = False
        if self._timeout:
            self._timeout.cancel()
            self._timeout = None
