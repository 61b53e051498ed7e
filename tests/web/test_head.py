"""HEAD over a socket, and of answers that do not end well."""

from pathlib import Path

from starlette.types import Message, Receive, Scope, Send

from tests.support.serving import serving
from tests.support.sockets import answered, connect
from uservault.web.head import answer_head


def test_the_next_request_of_a_connection_is_read_right(tmp_path: Path) -> None:
    head, get = (f"{method} /healthz HTTP/1.1\r\nHost: x\r\n\r\n" for method in ("HEAD", "GET"))
    with serving(f"sqlite:///{tmp_path}/app.db") as served, connect(served) as connection:
        connection.sendall((head + get).encode())
        data = answered(connection)

    first, second, body = data.split(b"\r\n\r\n")
    assert first.startswith(b"HTTP/1.1 200 ")
    assert second.startswith(b"HTTP/1.1 200 ")
    assert body == b'{"status":"ok"}'


class Stream:
    """Sends three parts of a body, and fails in the end if it is to."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.asked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.append(scope["method"])
        if self.failure:
            raise self.failure
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for more in (True, True, False):
            await send({"type": "http.response.body", "body": b"part", "more_body": more})


async def head_of(app: Stream) -> tuple[Scope, list[Message]]:
    scope: Scope = {"type": "http", "method": "HEAD"}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append({**message, "as": scope["method"]})

    try:
        await answer_head(app, scope, receive, send)
    except RuntimeError as error:
        assert error is app.failure  # noqa: PT017
    return scope, sent


async def test_a_stream_ends_before_its_first_part() -> None:
    app = Stream()

    _, sent = await head_of(app)

    assert app.asked == ["GET"]
    assert sent == [
        {"type": "http.response.start", "status": 200, "headers": [], "as": "HEAD"},
        {"type": "http.response.body", "as": "HEAD"},
    ]


async def test_whoever_answers_a_failure_sees_that_it_is_head() -> None:
    scope, sent = await head_of(Stream(RuntimeError()))

    assert (scope["method"], sent) == ("HEAD", [])
