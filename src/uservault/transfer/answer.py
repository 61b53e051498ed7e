"""Answers an import while its rows arrive."""

import asyncio
import logging
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from uservault.kit.problems import Problem, RequestTimeout
from uservault.transfer.formats import Reading
from uservault.transfer.importer import Importer
from uservault.transfer.results import count, line, lines
from uservault.transfer.schemas import Summary
from uservault.transfer.spool import Spool

NDJSON = "application/x-ndjson"
log = logging.getLogger(__name__)


class ClientGone(Exception):
    """The client went away before the end of its body."""


class ImportAnswer(Response):
    """A line of NDJSON for each row in order, and a last one with the summary."""

    media_type = NDJSON

    def __init__(self, importer: Importer, read: Reading, patience: float) -> None:
        """`patience`: for how many seconds no row may arrive."""
        super().__init__()
        del self.headers["content-length"]
        self.importer, self.read, self.patience = importer, read, patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = await self._next(receive)  # before the answer begins: it asks for the body
        with Spool() as spool:
            importing = asyncio.create_task(self._run(first, receive, spool))
            try:
                await self._send(spool, send)
            finally:
                importing.cancel()
                await asyncio.wait([importing])

    async def _send(self, spool: Spool, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for piece in spool.pieces():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _run(self, first: Message, receive: Receive, spool: Spool) -> None:
        summary = Summary(dry_run=self.importer.query.dry_run)
        try:
            await self._import(first, receive, spool, summary)
            spool.write(line({"summary": summary.model_dump()}))
        except OSError:  # the disk is full
            log.exception("an import broke")
        finally:
            spool.end()

    async def _import(
        self, first: Message, receive: Receive, spool: Spool, summary: Summary
    ) -> None:
        try:
            async for results in self.importer.run(self.read(self._body(first, receive))):
                spool.write(lines(results))
                count(summary, results)
                spool.ensure_read()
            summary.complete = True
        except ClientGone:
            log.info("an import ended early: its client went away")
        except Problem as problem:
            spool.write(line(problem.body(None)))
        except OSError:
            raise
        except Exception:
            log.exception("an import broke")

    async def _body(self, message: Message, receive: Receive) -> AsyncIterator[bytes]:
        while True:
            if message["type"] == "http.disconnect":
                raise ClientGone
            yield message.get("body", b"")
            if not message.get("more_body"):
                return
            message = await self._next(receive)

    async def _next(self, receive: Receive) -> Message:
        try:
            async with asyncio.timeout(self.patience):
                return await receive()
        except TimeoutError:
            raise RequestTimeout from None
