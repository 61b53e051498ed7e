"""A headless Chromium, and what its pages ask for and complain of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import ConsoleMessage, Page, Request, async_playwright

from tests.support.patience import patience
from tests.support.programs import ProgramMissing, go_without, program

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip

LONG = 1000 * patience()  # milliseconds


@asynccontextmanager
async def opened_page() -> AsyncIterator[Page]:
    """A page of a browser of its own. Skips the test if there is none."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=_path(), args=FLAGS, timeout=LONG
        )
        try:
            page = await browser.new_page(viewport={"width": 1280, "height": 1600})
            page.set_default_timeout(LONG)
            yield page
        finally:
            await browser.close()


def _path() -> str:
    try:
        return str(program(*NAMES))
    except ProgramMissing as missing:
        go_without(missing)


class Watched:
    """What a page asked for and complained of. CSP violations are console errors, too."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", self._note)
        page.on("console", self._listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _listen(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(said.text)

    def _note(self, request: Request) -> None:
        if not request.url.startswith(("data:", "blob:")):
            self.asked.append(request.url)

    def strayed_from(self, origin: str) -> list[str]:
        return [url for url in self.asked if not url.startswith(f"{origin}/")]
