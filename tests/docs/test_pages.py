"""The pages, in a browser that is told to complain."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import ConsoleMessage, Page, Request, async_playwright, expect

from tests.support.patience import patience
from tests.support.people import PASSWORD, registration
from tests.support.programs import ProgramMissing, go_without, program
from tests.support.serving import Served, serving

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update",
         "--disable-sync"]  # fmt: skip

LONG = 1000 * patience()  # milliseconds


pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def served(module_url: str) -> Iterator[Served]:
    with serving(module_url) as served:
        httpx.post(
            f"{served.url}/api/users", json=registration("ada"), timeout=patience()
        ).raise_for_status()
        yield served


@pytest.fixture
def browser_path() -> str:
    try:
        return str(program(*NAMES))
    except ProgramMissing as missing:
        go_without(missing)


@pytest.fixture
async def page(browser_path: str) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_path, args=FLAGS, timeout=LONG
        )
        try:
            page = await browser.new_page(viewport={"width": 1280, "height": 1600})
            page.set_default_timeout(LONG)
            yield page
        finally:
            await browser.close()


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


async def test_docs_log_in_and_call(served: Served, page: Page, tmp_path: Path) -> None:
    watched = Watched(page)

    await page.goto(f"{served.url}/docs")
    await page.get_by_role("button", name="Authorize").first.click()
    await page.get_by_role("textbox", name="username").fill("ada")
    await page.get_by_role("textbox", name="password").fill(PASSWORD)
    await page.locator(".auth-btn-wrapper").get_by_role("button", name="Apply").click()
    await page.locator(".auth-btn-wrapper").get_by_role("button", name="Close").click()
    operation = page.locator("#operations-users-get_user")
    await operation.locator(".opblock-summary-control").click()
    await operation.get_by_role("button", name="Try it out").click()
    await operation.locator("tr[data-param-name=id] input").fill("1")
    await operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .response")

    await expect(answer.locator(".response-col_status")).to_contain_text("200", timeout=LONG)
    await expect(answer).to_contain_text("ada@example.com", timeout=LONG)
    await page.screenshot(path=tmp_path / "docs.png")
    assert watched.strayed_from(served.url) == []
    assert watched.complaints == []


async def test_redoc_draws(served: Served, page: Page, tmp_path: Path) -> None:
    watched = Watched(page)

    await page.goto(f"{served.url}/redoc")

    await expect(page.get_by_role("heading", name="UserVault")).to_be_visible(timeout=LONG)
    await expect(page.get_by_text("/api/users/{id}").first).to_be_attached(timeout=LONG)
    await page.screenshot(path=tmp_path / "redoc.png")
    assert watched.strayed_from(served.url) == []
    assert watched.complaints == []
