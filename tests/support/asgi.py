"""Requests that no client would send: an app is asked without one."""

import json
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

Headers: TypeAlias = list[tuple[bytes, bytes]]


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        return json.loads(self.body)


async def ask(
    app: ASGIApp, method: str, target: bytes, headers: Headers, body: bytes = b""
) -> Answer:
    """`target` and `headers` as they are on the wire."""
    raw_path, _, query = target.partition(b"?")
    answer, waiting = Answer(), [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {
                k.decode("latin-1"): v.decode("latin-1") for k, v in message["headers"]
            }
        answer.body += message.get("body", b"")

    await app(_scope(method, raw_path, query, headers), receive, send)
    return answer


def _scope(method: str, raw_path: bytes, query: bytes, headers: Headers) -> dict[str, Any]:
    """As uvicorn makes it."""
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("test", 80),
        "client": ("127.0.0.1", 4711),
        "scheme": "http",
        "method": method,
        "root_path": "",
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "headers": [(b"host", b"test"), *headers],
        "state": {},
        "extensions": {},
    }
