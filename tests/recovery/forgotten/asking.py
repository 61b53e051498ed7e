from httpx import AsyncClient, Response


async def forget(client: AsyncClient, email: str = "ada@example.com", **headers: str) -> Response:
    return await client.post("/account/forgot-password", json={"email": email}, headers=headers)
