"""HTTP/1.1 as the server speaks it."""

from asyncio import Transport
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from uservault.kit.problems import BadRequest, Problem, RequestHeaderFieldsTooLarge
from uservault.serving.caps import Caps
from uservault.serving.connections import OpenConnections, TooManyConnections
from uservault.serving.deadline import Deadline
from uservault.serving.refusal import refusal
from uservault.settings.tree import Settings
from uservault.telemetry.origin import Client

MAX_HEAD = 65536  # bytes of a request's headers
DRAIN = 0.5  # seconds at shutdown for requests that are still in the network
LINGER = 2.0  # seconds for what the client still sends, and nobody reads any more


class PatientHttp(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with limits on time, headers and connections, and a graceful shutdown.

    uvicorn would wait for ever for headers, for the rest of a body that was answered already, for
    a client that does not read, and between requests for one that sends a line feed now and then
    (I15). At shutdown, keeps idle connections open for a moment, because a request may be in the
    socket already. Answers invalid HTTP with a problem.
    """

    # Both belong to one request: uvicorn creates a new list of headers for each.
    headers: list[tuple[bytes, bytes]]
    _head = 0

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.since = self.loop.time()
        self.address = self.client[0] if self.client else None
        self.network = Client.at(self.address).network
        self._stopping = self._refused = False
        self._reading = Deadline(self.loop, self.timeout_keep_alive_handler)
        self._writing = Deadline(self.loop, self.evict)
        self._running: RequestResponseCycle | None = None
        self._await_headers()
        self._keep_within_caps()

    @property
    def silent(self) -> bool:
        return self._head == 0 and self._is_between_requests()

    @property
    def answering(self) -> bool:
        if self._running is None or self._running.response_complete or self._running.more_body:
            return False
        return not (self.flow.write_paused or self.transport.is_closing())

    @property
    def _settings(self) -> Settings:
        return cast("Settings", cast("Any", self.config.loaded_app).state.settings)

    @property
    def _open(self) -> "OpenConnections[PatientHttp]":
        """Those of this server, which all its connections share."""
        server: Any = self.server_state
        if not hasattr(server, "open_connections"):
            server.open_connections = OpenConnections(Caps.of(self._settings))
        return cast("OpenConnections[PatientHttp]", server.open_connections)

    def _keep_within_caps(self) -> None:
        leaving = self._open.enter(self)
        if leaving is self:
            self._refuse(TooManyConnections())
        elif leaving:
            leaving.evict()

    def evict(self) -> None:
        """Close now: its files are needed, and a client that does not read could delay it."""
        self._open.leave(self)
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return  # read, because closing with unread data would destroy the answer
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
        return self._reading.runs or self.timeout_keep_alive_task is not None

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

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self.since = self.loop.time()
        if self.transport.is_closing():
            self._await_reader()
        elif self.cycle.response_complete and self.cycle.more_body:
            self._wait(LINGER)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._await_reader()

    def resume_writing(self) -> None:
        super().resume_writing()
        if not self.transport.is_closing():
            self._writing.stop()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._await_reader()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.leave(self)
        self._stop_waiting()
        self._writing.stop()
        self._disconnect()
        super().connection_lost(exc)

    def _disconnect(self) -> None:
        """Let no request answer any more: uvicorn tells only the last one that came."""
        queued = [cycle for cycle, _ in self.pipeline]
        self.pipeline.clear()
        for cycle in (self._running, self.cycle, *queued):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()

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
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._disconnect()
        origins = self._settings.cors.origins
        self.transport.write(refusal(problem, getattr(self, "headers", ()), origins))
        self.transport.write_eof()
        self.flow.resume_reading()
        self._wait(LINGER)
        if first := self._open.refuse(self):
            first.evict()

    def _await_headers(self) -> None:
        self._wait(self._settings.server.read_timeout)
        self._in_head, self._head = True, 0

    def _wait(self, seconds: float) -> None:
        self._in_head = False
        self._reading.start(seconds)

    def _stop_waiting(self) -> None:
        self._in_head = False
        self._reading.stop()

    def _await_reader(self) -> None:
        """Give the client a time to take what was written."""
        if not self._writing.runs:
            self._writing.start(self._settings.server.read_timeout)
