"""A load generator that is cheaper than what it asks: HTTP/1.1 over asyncio's own protocols."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf
from time import perf_counter
from typing import NamedTuple, TypeAlias, cast

Hear: TypeAlias = Callable[[bytes], None]

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
LANES = 32  # connections for steady reads, so that none waits for another but in a long stall


class UnexpectedAnswer(Exception):
    """The figures would be of something else."""


class Answer(NamedTuple):
    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Flood:
    """So many answers in so many seconds."""

    answers: int
    seconds: float


class Connection(asyncio.Protocol):
    """One request at a time; every answer must say its Content-Length."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._received = b""
        self._answer: asyncio.Future[Answer] | None = None

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, complete, body = self._received.partition(b"\r\n\r\n")
        if not complete or self._answer is None:
            return
        length = LENGTH.search(head)
        if length and len(body) >= int(length[1]):
            self._received = b""
            self._answer.set_result(Answer(int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    async def ask(self, request: bytes) -> Answer:
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    async def succeed(self, request: bytes) -> bytes:
        """The body of the answer. Raises UnexpectedAnswer if it is no 2xx."""
        status, body = await self.ask(request)
        if status // 100 != 2:
            raise UnexpectedAnswer(f"{status}: {body[:200]!r}")
        return body

    def close(self) -> None:
        self._transport.close()


@asynccontextmanager
async def connections(port: int, count: int) -> AsyncIterator[Sequence[Connection]]:
    loop = asyncio.get_running_loop()
    opened: list[Connection] = []
    try:
        for _ in range(count):
            opened.append((await loop.create_connection(Connection, "127.0.0.1", port))[1])
        yield opened
    finally:
        for connection in opened:
            connection.close()


def ignore(answer: bytes) -> None:
    """An answer that says nothing about later requests."""


async def flood(
    port: int,
    requests: Iterator[bytes],
    count: int,
    seconds: float = inf,
    hear: Hear = ignore,
) -> Flood:
    """Each of `count` connections asks again when it is answered, until time or requests end.

    `hear` gets the body of each answer, before its connection takes the next request.
    """
    async with connections(port, count) as opened:
        began = perf_counter()
        deadline = began + seconds
        answers = await asyncio.gather(
            *(_ask_on(each, requests, deadline, hear) for each in opened)
        )
        return Flood(sum(answers), perf_counter() - began)


async def _ask_on(
    connection: Connection, requests: Iterator[bytes], deadline: float, hear: Hear
) -> int:
    answers = 0
    for request in requests:
        hear(await connection.succeed(request))
        answers += 1
        if perf_counter() >= deadline:
            break
    return answers


async def steadily(
    port: int, requests: Iterator[bytes], per_second: int, seconds: float
) -> list[float]:
    """Milliseconds that each answer took, counted from when its request was due."""
    free: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    async with connections(port, LANES) as opened:
        for connection in opened:
            free.put_nowait(connection)
        began = perf_counter()

        async def ask(number: int) -> float:
            due = began + number / per_second
            await asyncio.sleep(due - perf_counter())
            connection = await free.get()
            await connection.succeed(next(requests))
            free.put_nowait(connection)
            return (perf_counter() - due) * 1000

        return await asyncio.gather(*(ask(n) for n in range(int(per_second * seconds))))


async def timed(port: int, requests: Iterable[bytes]) -> list[float]:
    """Milliseconds that each answer took, one after the other on one connection."""
    async with connections(port, 1) as [connection]:
        taken: list[float] = []
        for request in requests:
            began = perf_counter()
            await connection.succeed(request)
            taken.append((perf_counter() - began) * 1000)
        return taken


def get(path: str, token: str | None = None) -> bytes:
    credential = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: bench\r\n{credential}\r\n".encode()


def post(path: str, content: Mapping[str, str]) -> bytes:
    body = json.dumps(content)
    return (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
