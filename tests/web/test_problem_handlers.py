import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from starlette.exceptions import HTTPException

from tests.support.people import Person, registration
from uservault.kit.problems import MEDIA_TYPE, every_problem


def code(response: Response) -> tuple[int, str]:
    """Also that it is a problem, whole."""
    body = response.json()
    assert response.headers["Content-Type"] == MEDIA_TYPE
    assert body["status"] == response.status_code
    assert body["request_id"] == response.headers["X-Request-ID"]
    return response.status_code, body["code"]


class TestFrameworksOwn:
    @pytest.mark.promise("F3")
    async def test_is_a_problem_too(self, anyone: AsyncClient) -> None:
        assert code(await anyone.get("/nothing")) == (404, "not-found")
        refused = await anyone.put("/login")
        assert code(refused) == (405, "method-not-allowed")
        assert refused.headers["Allow"] == "POST"

    async def test_has_a_name_even_if_we_gave_it_none(
        self, app: FastAPI, anyone: AsyncClient
    ) -> None:
        @app.get("/api/price")
        async def price() -> None:
            raise HTTPException(402, headers={"X-Price": "1"})

        before = len(every_problem())
        responses = [await anyone.get("/price") for _ in range(3)]

        assert {code(response) for response in responses} == {(402, "payment-required")}
        assert responses[0].headers["X-Price"] == "1"
        assert len(every_problem()) <= before + 1


class TestInvalid:
    @pytest.mark.promise("E7")
    @pytest.mark.parametrize(
        "body",
        [b"{", b"\xff", b'{"a":1,"a":2}', b"[" * 10_000, b"NaN", b"9" * 5000, b'"\\ud800"', b""],
        ids=lambda body: repr(body[:10]),
    )
    async def test_body_is_no_json(self, anyone: AsyncClient, body: bytes) -> None:
        headers = {"Content-Type": "application/json"}

        response = await anyone.post("/login", content=body, headers=headers)

        assert code(response)[0] == 422

    @pytest.mark.promise("E8")
    async def test_body_is_in_another_media_type(self, anyone: AsyncClient) -> None:
        text = await anyone.post("/login", content=b"hello", headers={"Content-Type": "text/plain"})
        packed = await anyone.post("/login", json={}, headers={"Content-Encoding": "gzip"})

        assert code(text) == (415, "unsupported-media-type")
        assert code(packed) == (415, "unsupported-media-type")

    @pytest.mark.promise("G1")
    async def test_points_at_the_fault_without_repeating_it(self, admin: Person) -> None:
        odd = "a/b~c" + "x" * 200

        response = await admin.post("/users", json=registration("ada") | {odd: "sesame"})

        pointer = response.json()["errors"][0]["pointer"]
        assert pointer.startswith("/body/a~1b~0cxxx")
        assert len(pointer) < 120
        assert "sesame" not in response.text
