"""/docs and /redoc, whose every part comes from here: no other host learns who reads them."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from uservault.docs.document import Document

PAGES = Path(__file__).parent / "pages"
REDOC = Path(str(files("fastapi_offline"))) / "static" / "redoc.standalone.js"
THEIR_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
OUR_LOGO = "/docs/assets/favicon.png"

# Both draw with inline styles; ReDoc searches in a worker that it makes from a blob.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src blob:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


class Assets(StaticFiles):
    """Files whole or not at all: a server may ignore Range (RFC 9110 §14.2)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        await super().__call__({**scope, "headers": headers}, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        return await super().get_response(path, scope)


@router.get("/docs")
async def show_docs() -> Response:
    return _page("docs.html")


@router.get("/docs/redoc.js")
async def show_redoc_script() -> Response:
    """ReDoc as it is packed, but for the one picture that it fetches from its makers."""
    script = REDOC.read_text(encoding="utf-8").replace(THEIR_LOGO, OUR_LOGO)
    return Response(script, media_type="text/javascript")


@router.get("/redoc")
async def show_redoc() -> Response:
    return _page("redoc.html")


def mount_docs(app: FastAPI) -> None:
    """The document, and its pages with Swagger UI and ReDoc as `fastapi-offline` packs them."""
    app.include_router(router)
    app.add_route("/openapi.json", Document(app).show, include_in_schema=False)
    app.mount("/docs/pages", Assets(directory=PAGES))
    app.mount("/docs/assets", Assets(packages=[("fastapi_offline", "static")]))


def _page(name: str) -> Response:
    html = (PAGES / name).read_text()
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})
