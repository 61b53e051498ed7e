import asyncio
from itertools import repeat
from typing import Any

from bench.load import LANES, get, steadily

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"


async def test_a_server_that_stalls_gets_one_request_at_a_time_on_each_connection() -> None:
    asked: list[bytes] = []
    handlers: list[asyncio.Task[Any] | None] = []
    all_wait = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.append(asyncio.current_task())
        while request := await reader.read(65536):
            asked.append(request)
            if len(asked) == LANES:
                all_wait.set()
            await all_wait.wait()
            writer.write(ANSWER)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(60):
            latencies = await steadily(port, repeat(get("/")), 1_000_000, 100 / 1_000_000)
            await asyncio.gather(*filter(None, handlers))

    assert asked == [get("/")] * 100
    assert len(latencies) == 100
