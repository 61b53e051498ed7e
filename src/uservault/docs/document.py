"""/openapi.json: the published document, which `make check` compares with the routes.

To make it from the routes would keep the first reader, and every other request, waiting for 0.5 s.
"""

import json
from functools import cached_property
from pathlib import Path

from fastapi import Request, Response, status

from uservault.kit.crypto import digest
from uservault.web.etag import is_known

NAME = "openapi.json"


class Document:
    """The API's document. It does not change while the app runs."""

    @cached_property
    def body(self) -> bytes:
        document = json.loads(_published().read_bytes())
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()

    @cached_property
    def tag(self) -> str:
        return f'"{digest(self.body.decode())[:32]}"'

    async def show(self, request: Request) -> Response:
        # Unlike other responses, this one may be stored, and revalidated by its tag.
        headers = {"ETag": self.tag, "Cache-Control": "no-cache"}
        if is_known(self.tag, ", ".join(request.headers.getlist("if-none-match"))):
            return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(self.body, headers=headers, media_type="application/json")


def _published() -> Path:
    """In the installed wheel, or in the checkout."""
    folder = Path(__file__).parent
    inside = folder / NAME
    return inside if inside.exists() else folder.parents[2] / NAME
