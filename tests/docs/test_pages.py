"""The pages, in a browser that is told to complain."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.support.browser import LONG, Watched, opened_page
from tests.support.patience import patience
from tests.support.people import PASSWORD, registration
from tests.support.serving import Served, serving

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def served(module_url: str) -> Iterator[Served]:
    with serving(module_url) as served:
        httpx.post(
            f"{served.url}/api/users", json=registration("ada"), timeout=patience()
        ).raise_for_status()
        yield served


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with opened_page() as page:
        yield page


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
