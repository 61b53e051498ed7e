"""HEAD, wherever there is GET: the same headers, and no body (RFC 9110 §9.3.2)."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send


async def answer_head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Let `app` answer a GET, and send the head of its answer alone.

    Nothing below needs to know of HEAD. The server and the log, which are above, see one.
    """
    complete = False

    async def send_head(message: Message) -> None:
        nonlocal complete
        scope["method"] = "HEAD"  # the server waits for the bytes of a body otherwise
        if message["type"] != "http.response.body":
            await send(message)
        elif not complete:
            complete = True  # whatever streams is told that the client has left
            await send({"type": "http.response.body"})

    scope["method"] = "GET"
    try:
        await app(scope, receive, send_head)
    finally:
        scope["method"] = "HEAD"
