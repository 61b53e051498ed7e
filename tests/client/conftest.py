from collections.abc import AsyncIterator

import pytest
from httpx import MockTransport

from tests.client.fake_vault import FakeVault
from uservault.client.verifier import Verifier


@pytest.fixture
def vault() -> FakeVault:
    return FakeVault()


@pytest.fixture
async def verifier(vault: FakeVault) -> AsyncIterator[Verifier]:
    """One that knows the vault's keys, and is told of nothing that ends."""
    async with Verifier(
        "http://vault", audience="uservault", transport=MockTransport(vault)
    ) as verifier:
        yield verifier
