"""/openapi.json: the published document, which `make check` compares with the routes.

To make it from the routes would keep the first reader, and every other request, waiting for 0.5 s.
"""

import json
from functools import lru_cache
from pathlib import Path

from fastapi import Request, Response, status

from uservault.kit.crypto import digest
from uservault.web.etag import is_known
from uservault.web.prefix import public_path

NAME = "openapi.json"
MAX_ROOTS = 4  # an app may be mounted in several places


class Document:
    """The API's document, for each path that we are served below. It does not change while the app
    runs."""

    def __init__(self, public_url: str) -> None:
        self.public_url = public_url
        self.body = lru_cache(MAX_ROOTS)(self._body)

    async def show(self, request: Request) -> Response:
        body = self.body(public_path(request.scope, ""))
        tag = f'"{digest(body.decode())[:32]}"'
        # Unlike other responses, this one may be stored, and revalidated by its tag.
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        if is_known(tag, ", ".join(request.headers.getlist("if-none-match"))):
            return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    def _body(self, root: str) -> bytes:
        document = json.loads(_published().read_bytes())
        if root:
            urls = [root, *([self.public_url] if self.public_url else [])]
            document["servers"] = [{"url": url} for url in urls]
            for flow in document["components"]["securitySchemes"]["Bearer"]["flows"].values():
                flow["tokenUrl"] = root + flow["tokenUrl"]
        return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def _published() -> Path:
    """In the installed wheel, or in the checkout."""
    folder = Path(__file__).parent
    inside = folder / NAME
    return inside if inside.exists() else folder.parents[2] / NAME
