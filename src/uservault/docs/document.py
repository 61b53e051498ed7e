"""/openapi.json, serialized once."""

import json
from functools import cached_property

from fastapi import FastAPI, Request, Response, status

from uservault.kit.crypto import digest
from uservault.web.etag import is_known


class Document:
    """The app's OpenAPI document. It does not change while the app runs."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    @cached_property
    def body(self) -> bytes:
        compact = json.dumps(self.app.openapi(), separators=(",", ":"), ensure_ascii=False)
        return compact.encode()

    @cached_property
    def tag(self) -> str:
        return f'"{digest(self.body.decode())[:32]}"'

    async def show(self, request: Request) -> Response:
        # Unlike other responses, this one may be stored, and revalidated by its tag.
        headers = {"ETag": self.tag, "Cache-Control": "no-cache"}
        if is_known(self.tag, ", ".join(request.headers.getlist("if-none-match"))):
            return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(self.body, headers=headers, media_type="application/json")
