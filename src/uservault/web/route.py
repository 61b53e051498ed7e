"""Reads bodies strictly, with limits on time and size, and reports errors after the guard."""

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Any, NoReturn

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive

from uservault.kit.problems import ContentTooLarge, Invalid, Problem, RequestTimeout, pointer
from uservault.settings.tree import Settings
from uservault.web.finishing import Handler, finishing
from uservault.web.headers import headers
from uservault.web.returns import Endpoint, added_by

IDENTITY = ("", "identity")
CHARSET = re.compile(r"""charset\s*=\s*["']?([^"';\s]*)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Malformed:
    """An error in a body, kept in the scope until the guard has admitted the sender.

    FastAPI parses a body before it calls the guard and validates it afterwards. Reported with the
    validation, the error is hidden from anonymous clients, who get 401.
    """

    reason: str
    unreadable: bool = False


# Replaces the content of a malformed body. An instance of our own class would be accepted:
# pydantic would read attributes from it and take all optional fields as absent.
FITS_NO_SCHEMA = object()


class _StrictRequest(Request):
    async def json(self) -> Any:
        content = await self._content()
        if isinstance(content, Malformed):
            self.scope["malformed"] = content
            return FITS_NO_SCHEMA
        return content

    async def _content(self) -> Any:
        if self.headers.get("content-encoding", "").strip().lower() not in IDENTITY:
            return Malformed("Send the body without a Content-Encoding.", unreadable=True)
        if not _is_utf8(self.headers.get("content-type", "")):
            return Malformed("The charset of JSON must be UTF-8 (RFC 8259).", unreadable=True)
        return strict_json(await self.body())


async def body_of(request: Request) -> bytes:
    """The body. Empty where the route takes none: then nothing limits what is read."""
    return await request.body() if isinstance(request, _StrictRequest) else b""


def _is_utf8(content_type: str) -> bool:
    charset = CHARSET.search(content_type)
    return charset is None or charset[1].lower() in ("utf-8", "utf8")


def _without_query(handle: Handler) -> Handler:
    """Refuse all query parameters, after the guard: anonymous clients get 401."""

    async def handle_then_check(request: Request) -> Response:
        response = await handle(request)
        if names := list(request.query_params)[:10]:
            detail = "Extra inputs are not permitted"
            raise Invalid(
                errors=[{"pointer": pointer("query", name), "detail": detail} for name in names]
            )
        return response

    return handle_then_check


class Route(APIRoute):
    """The route class of our routers."""

    def __init__(self, path: str, endpoint: Endpoint, **options: Any) -> None:
        if adds := added_by(endpoint):
            endpoint = adds.to(endpoint)
            described = {options.get("status_code") or 200: headers(*adds.names)}
            options["responses"] = described | (options.get("responses") or {})
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        if "GET" in (self.methods or ()) and not self.dependant.query_params:
            return _without_query(handle)
        handle = finishing(handle)
        if self.body_field is None:
            return handle

        async def handle_strictly(request: Request) -> Response:
            settings: Settings = request.app.state.settings
            receive = _until(settings.server.read_timeout, request.receive)
            receive = _within(settings.server.max_body_bytes, request, receive)
            return await handle(_StrictRequest(request.scope, receive))

        return handle_strictly


def strict_json(body: bytes) -> Any:
    """Parse JSON (RFC 8259) in the I-JSON profile (RFC 7493): UTF-8, no duplicate names, no NaN.

    Returns Malformed for anything else.
    """
    try:
        return DECODER.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        return Malformed("The body is not UTF-8.")
    except RecursionError:
        return Malformed("The body is nested too deeply.")
    except json.JSONDecodeError as error:
        return Malformed(f"The body is not JSON: {error.msg} at character {error.pos}.")
    except ValueError:  # a number with thousands of digits, a duplicate name, or NaN
        return Malformed("The body has a duplicate name or an invalid number.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("duplicate name")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _until(seconds: float, receive: Receive) -> Receive:
    """Wrap `receive`: the whole body must arrive within `seconds`."""
    deadline = asyncio.get_running_loop().time() + seconds
    arriving = True

    async def receive_in_time() -> Message:
        nonlocal arriving
        try:
            async with asyncio.timeout_at(deadline if arriving else None):
                message = await receive()
        except TimeoutError:
            raise _refused(RequestTimeout) from None
        arriving = bool(message.get("more_body"))
        return message

    return receive_in_time


def _within(limit: int, request: Request, receive: Receive) -> Receive:
    """Wrap `receive`: refuse bodies over `limit` bytes, by Content-Length and by counting."""
    # FastAPI's own `max_body_size` answers in plain text, outside of our middleware.
    declared = request.headers.get("content-length", "")
    size = 0

    async def receive_within() -> Message:
        nonlocal size
        if declared.isdecimal() and int(declared[:20]) > limit:
            raise _refused(ContentTooLarge)
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise _refused(ContentTooLarge)
        return message

    return receive_within


def _refused(kind: type[Problem]) -> HTTPException:
    """As the only kind of exception that FastAPI lets through while it reads a body."""
    # We never read the rest of the body, so the connection cannot be used again.
    return HTTPException(kind.status, headers={"Connection": "close"})


DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
