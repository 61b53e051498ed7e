"""/docs and /redoc. Browsers load all parts from this service, never from other hosts."""

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
OUR_LOGO = "docs/assets/favicon.png"  # relative, as in the pages: a proxy may serve us below a path

# Both use inline styles. ReDoc searches in a worker that it creates from a blob.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src blob:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


class Assets(StaticFiles):
    """Always sends whole files: a server may ignore Range (RFC 9110 §14.2)."""

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
    """ReDoc, with the one picture replaced that it would load from another host."""
    script = REDOC.read_text(encoding="utf-8").replace(THEIR_LOGO, OUR_LOGO)
    return Response(script, media_type="text/javascript")


@router.get("/redoc")
async def show_redoc() -> Response:
    return _page("redoc.html")


def mount_docs(app: FastAPI, public_url: str) -> None:
    """Serve the document, and Swagger UI and ReDoc from the package `fastapi-offline`."""
    app.router.routes.extend(router.routes)
    app.add_route("/openapi.json", Document(public_url).show, include_in_schema=False)
    app.mount("/docs/pages", Assets(directory=PAGES))
    app.mount("/docs/assets", Assets(packages=[("fastapi_offline", "static")]))


def _page(name: str) -> Response:
    html = (PAGES / name).read_text()
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})
