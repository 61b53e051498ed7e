import pytest
from httpx import AsyncClient, Response

OFF = pytest.mark.parametrize("mode", ["off"], indirect=True)
MOVED = {"email": "countess@example.com"}


async def prove(client: AsyncClient, **proof: str) -> Response:
    return await client.post("/account/verify-email", json=proof)


def is_verified(answer: Response) -> bool:
    verified: bool = answer.json()["email_verified"]
    return verified
