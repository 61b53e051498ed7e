"""/docs and /redoc, whose every part comes from here: no other host learns who reads them."""

from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

PAGES = Path(__file__).parent / "pages"

# Both draw with inline styles; ReDoc searches in a worker that it makes from a blob.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src blob:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def show_docs() -> Response:
    return _page("docs.html")


@router.get("/redoc")
async def show_redoc() -> Response:
    return _page("redoc.html")


def mount_docs(app: FastAPI) -> None:
    """The pages, their scripts, and Swagger UI and ReDoc as `fastapi-offline` packs them."""
    app.include_router(router)
    app.mount("/docs/pages", StaticFiles(directory=PAGES))
    app.mount("/docs/assets", StaticFiles(packages=[("fastapi_offline", "static")]))


def _page(name: str) -> Response:
    html = (PAGES / name).read_text()
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})
