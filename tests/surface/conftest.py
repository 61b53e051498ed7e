import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from tests.support.people import Person


@pytest.fixture
async def outside(app: FastAPI, admin: Person) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://test")
