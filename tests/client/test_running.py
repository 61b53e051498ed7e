"""A second service beside a UserVault that runs: what ends there is refused here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from httpx import AsyncClient

from tests.client.running import register_root, uservault
from tests.keys.elsewhere import assembled, decoded, hmac_signed
from tests.support import databases
from tests.support.patience import patience
from tests.support.people import PASSWORD, Person, login, register
from tests.support.server import free_port
from tests.support.shared import Shared
from uservault.client.errors import TokenRefused
from uservault.client.verifier import Verifier

SPAM = {"reason": "Spam."}
Deed = Callable[[Person, Person], Awaitable[object]]
OWN: dict[str, Deed] = {
    "logout": lambda _, ada: ada.post("/logout"),
    "of all one's sessions but another": lambda _, ada: leave_by_another(ada),
    "a new password": lambda _, ada: change_password(ada),
}
OTHERS: dict[str, Deed] = {
    "a session that is revoked": lambda root, ada: root.delete(f"/users/{ada.id}/sessions"),
    "deactivation": lambda root, ada: root.post(f"/users/{ada.id}/deactivate", json=SPAM),
    "deletion": lambda root, ada: root.delete(f"/users/{ada.id}"),
}


@pytest.fixture(scope="module")
def vault(
    backend: str,
    urls: Shared,
    worker: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of a UserVault, with `root` as its administrator."""
    url = "sqlite:///app.db"
    if backend != "sqlite":
        url = databases.create(urls[backend], f"client_{worker}")
    with uservault(tmp_path_factory.mktemp("vault"), free_port(), url) as address:
        asyncio.run(register_root(f"{address}/api"))
        yield address


@pytest.fixture
async def client(vault: str) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(base_url=f"{vault}/api", timeout=patience()) as client:
        yield client


@pytest.fixture
async def root(client: AsyncClient) -> Person:
    return await login(client, "root", 1)


@pytest.fixture
async def verifier(vault: str) -> AsyncIterator[Verifier]:
    async with Verifier(
        vault, audience="uservault", username="root", password=PASSWORD, poll=0.1, skew=1
    ) as verifier:
        yield verifier


class TestRefusesSoon:
    @pytest.mark.promise("C6", "C7")
    @pytest.mark.parametrize("how", [*OWN, *OTHERS])
    async def test_what_has_ended(
        self, how: str, root: Person, client: AsyncClient, verifier: Verifier
    ) -> None:
        ada = await register(client, f"ada-{how.replace(' ', '-').replace(chr(39), '')}")
        assert (await verifier.verify(ada.token)).user_id == ada.id

        await (OWN | OTHERS)[how](root, ada)

        await refused(verifier, ada.token)
        assert (await verifier.verify(root.token)).roles == {"admin"}

    @pytest.mark.promise("I2")
    async def test_a_token_that_was_exchanged_in_a_session_that_has_ended(
        self, vault: str, root: Person, client: AsyncClient
    ) -> None:
        ada = await register(client, "ada-orders")
        async with Verifier(
            vault, audience="orders", username="root", password=PASSWORD, poll=0.1
        ) as orders:
            answer = await ada.post("/me/tokens", json={"audience": "orders"})
            token = answer.json()["access_token"]
            assert (await orders.verify(token)).user_id == ada.id

            await ada.post("/logout")

            await refused(orders, token)

    @pytest.mark.promise("I2", "C3")
    async def test_at_once_what_is_for_another_service(
        self, vault: str, root: Person, verifier: Verifier
    ) -> None:
        answer = await root.post("/me/tokens", json={"audience": "orders"})

        assert not await _good(verifier, answer.json()["access_token"])
        async with Verifier(vault, audience="orders") as orders:
            assert not await _good(orders, root.token)

    @pytest.mark.promise("C1")
    async def test_at_once_what_the_public_key_signs(
        self, vault: str, root: Person, verifier: Verifier
    ) -> None:
        async with AsyncClient(base_url=vault, timeout=patience()) as client:
            [jwk] = (await client.get("/.well-known/jwks.json")).json()["keys"]
        claims = dict((await verifier.verify(root.token)).claims)

        for secret in (decoded(jwk["x"]), jwk["x"].encode()):
            forged = hmac_signed({"alg": "HS256", "kid": jwk["kid"]}, claims, secret)
            assert not await _good(verifier, forged)
        assert not await _good(
            verifier, assembled({"alg": "none", "kid": jwk["kid"]}, claims) + "."
        )

    async def test_everybody_who_does_not_log_in_again(
        self, root: Person, client: AsyncClient, verifier: Verifier
    ) -> None:
        bob = await register(client, "bob")
        await verifier.verify(bob.token)

        await root.post("/sessions/revoke", json={"everybody": True})

        await refused(verifier, bob.token)
        await refused(verifier, root.token)
        await asyncio.sleep(2)  # a token of the same second is refused too, and of the next
        bob = await bob.again()
        assert (await verifier.verify(bob.token)).user_id == bob.id
        await bob.post("/logout")  # the service's own session has ended too, and it is told still
        await refused(verifier, bob.token)

    @pytest.mark.promise("I12")
    async def test_a_user_until_they_log_in_again(
        self, root: Person, client: AsyncClient, verifier: Verifier
    ) -> None:
        eve = await register(client, "eve")
        await root.post(f"/users/{eve.id}/deactivate", json=SPAM)
        await refused(verifier, eve.token)

        await root.post(f"/users/{eve.id}/activate")

        assert (await verifier.verify((await eve.again()).token)).user_id == eve.id


async def refused(verifier: Verifier, token: str) -> None:
    """Waits until it is."""
    async with asyncio.timeout(patience(5)):
        while await _good(verifier, token):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _good(verifier: Verifier, token: str) -> bool:
    try:
        await verifier.verify(token)
    except TokenRefused:
        return False
    return True


async def leave_by_another(ada: Person) -> None:
    await (await ada.again()).delete("/me/sessions")


async def change_password(ada: Person) -> None:
    body = {"current_password": PASSWORD, "new_password": "another horse"}
    await (await ada.again()).put("/me/password", json=body)
