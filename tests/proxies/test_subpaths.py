"""The service below a path of nginx, by curl's eyes and in a browser."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.support.browser import LONG, Watched, opened_page
from tests.support.patience import patience
from tests.support.people import PASSWORD, registration
from tests.support.proxies import nginx
from tests.support.serving import serving

TOLD = {
    "public URL": {"USERVAULT_PUBLIC_URL": "https://example.com/auth"},
    "root path": {"USERVAULT_SERVER__ROOT_PATH": "/auth"},
}
PASSED = {
    "stripped": "proxy_pass http://127.0.0.1:{}/;",
    "whole": "proxy_pass http://127.0.0.1:{};",
}
METADATA = "/.well-known/oauth-authorization-server"
WELL_KNOWN = "location = {}/auth {{ proxy_pass http://127.0.0.1:{}; }}"


@dataclass(frozen=True)
class Site:
    """`url` ends with the path. `issuer`: the public URL, if the service knows it."""

    url: str
    issuer: str | None
    origin: str
    client: httpx.Client


@pytest.fixture(scope="module", params=[(told, how) for told in TOLD for how in PASSED], ids=str)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    told, how = request.param
    database = f"sqlite:///{tmp_path_factory.mktemp('database')}/app.db"
    with serving(database, **TOLD[told]) as served:
        pass_on = PASSED[how].format(served.port)
        well_known = WELL_KNOWN.format(METADATA, served.port)
        with (
            nginx(f"location /auth/ {{ {pass_on} }}\n{well_known}") as proxy,
            httpx.Client(trust_env=False, timeout=patience()) as client,
        ):
            url = f"{proxy.url}/auth"
            client.post(f"{url}/api/users", json=registration("ada")).raise_for_status()
            yield Site(url, TOLD[told].get("USERVAULT_PUBLIC_URL"), proxy.url, client)


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with opened_page() as page:
        yield page


def test_what_it_hands_out_leads_back(site: Site) -> None:
    made = site.client.post(f"{site.url}/api/users", json=registration("bob"))
    login = {"username": "ada", "password": PASSWORD}
    token = site.client.post(f"{site.url}/api/login", json=login).json()["access_token"]
    signed_in = {"Authorization": f"Bearer {token}"}

    created = site.client.get(urljoin(site.url, made.headers["Location"]), headers=signed_in)
    first = site.client.get(f"{site.url}/api/users?limit=1", headers=signed_in)
    second = site.client.get(urljoin(site.url, first.links["next"]["url"]), headers=signed_in)

    assert created.json()["username"] == "bob"
    assert second.json()[0]["username"] == "bob"


def test_its_documents_name_the_path(site: Site) -> None:
    document = site.client.get(f"{site.url}/openapi.json").json()
    metadata = site.client.get(f"{site.url}{METADATA}").json()

    assert urljoin(site.url, document["servers"][0]["url"]) == site.url
    for name in ("jwks_uri", "token_endpoint"):
        assert "/auth/" in metadata[name]
    if site.issuer:  # RFC 8414 §3.1 puts the well-known part before its path
        assert metadata["issuer"] == site.issuer
        assert site.client.get(f"{site.origin}{METADATA}/auth").json() == metadata


async def test_docs_log_in_and_call(site: Site, page: Page) -> None:
    watched = Watched(page)

    await page.goto(f"{site.url}/docs")
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
    assert watched.strayed_from(site.url) == []
    assert watched.complaints == []


async def test_redoc_draws(site: Site, page: Page) -> None:
    watched = Watched(page)

    await page.goto(f"{site.url}/redoc")

    await expect(page.get_by_text("/api/users/{id}").first).to_be_attached(timeout=LONG)
    assert watched.strayed_from(site.url) == []
    assert watched.complaints == []
