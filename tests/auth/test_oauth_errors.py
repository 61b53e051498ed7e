"""The token endpoint refuses as OAuth clients expect it."""

import json

import pytest
from httpx import AsyncClient

from tests.support.people import Person
from uservault.db.errors import DatabaseUnavailable
from uservault.kit.problems import Problem, TooManyRequests, UnsupportedMediaType
from uservault.passwords.hasher import TooManyPasswords
from uservault.web.problem_handlers import answer

WRONG = {"grant_type": "password", "username": "ada", "password": "wrong-password-1"}


class TestToken:
    @pytest.mark.parametrize(
        ("form", "error"),
        [
            (WRONG, "invalid_grant"),
            ({"grant_type": "refresh_token", "refresh_token": "unknown"}, "invalid_grant"),
            ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
            (WRONG | {"username": "a" * 300}, "invalid_request"),
            (WRONG | {"username": ""}, "invalid_request"),
            ({"username": "ada"}, "invalid_request"),
            ({"grant_type": "refresh_token"}, "invalid_request"),
            ({}, "invalid_request"),
            ({"username": "ada", "password": "wrong-password-1"}, "invalid_grant"),
        ],
    )
    async def test_names_the_error_of_rfc_6749(
        self, ada: Person, form: dict[str, str], error: str
    ) -> None:
        response = await ada.client.post("/token", data=form)

        body = response.json()
        assert (response.status_code, body["status"], body["error"]) == (400, 400, error)
        assert body["error_description"].isascii()
        assert {"type", "title", "code"} <= set(body)
        assert "WWW-Authenticate" not in response.headers
        assert response.headers["Content-Type"] == "application/json"
        assert response.headers["Cache-Control"] == "no-store"

    async def test_names_the_fields_that_are_missing(self, anyone: AsyncClient) -> None:
        response = await anyone.post("/token", data={"grant_type": "password"})

        pointers = [each["pointer"] for each in response.json()["errors"]]
        assert pointers == ["/body/username", "/body/password"]

    async def test_ignores_a_basic_header_without_a_secret(self, ada: Person) -> None:
        basic = {"Authorization": "Basic YXBwOg=="}  # app:

        response = await ada.client.post("/token", data=WRONG, headers=basic)

        assert response.json()["error"] == "invalid_grant"

    async def test_keeps_the_status_of_another_method(self, anyone: AsyncClient) -> None:
        response = await anyone.put("/token")

        assert (response.status_code, response.json()["error"]) == (405, "invalid_request")

    async def test_reads_no_json(self, anyone: AsyncClient) -> None:
        response = await anyone.post("/token", json=WRONG)

        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")

    @pytest.mark.parametrize(
        ("problem", "status", "error"),
        [
            (DatabaseUnavailable(), 503, "temporarily_unavailable"),
            (TooManyPasswords(), 503, "temporarily_unavailable"),
            (TooManyRequests(2), 429, "temporarily_unavailable"),
            (UnsupportedMediaType(), 415, "invalid_request"),
            (Problem(), 500, "server_error"),
        ],
    )
    def test_keeps_the_status_of_what_is_no_refusal(
        self, problem: Problem, status: int, error: str
    ) -> None:
        response = answer(problem, {"type": "http", "path": "/api/token", "root_path": ""})

        assert response.status_code == status
        assert json.loads(bytes(response.body))["error"] == error


class TestRevoke:
    async def test_names_the_error_of_rfc_6749(self, anyone: AsyncClient) -> None:
        response = await anyone.post("/revoke", data={})

        assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


class TestLogin:
    async def test_keeps_its_answers(self, anyone: AsyncClient) -> None:
        response = await anyone.post("/login", json={"username": "ada", "password": "wrong-1-pass"})

        assert response.status_code == 401
        assert "error" not in response.json()
