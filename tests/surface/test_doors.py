"""Every route has a guard, or is public by name."""

from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from tests.support.surface import (
    APP,
    DOCUMENT,
    OPERATIONS,
    ask,
    assert_is_a_problem,
    described_doors,
    doors,
    every_operation,
    is_guarded,
)
from uservault.web.optional_security import needs_credential

# What anybody may ask for. A route that stands here has no guard, every other has one.
PUBLIC = {
    "GET /.well-known/jwks.json",
    "GET /.well-known/oauth-authorization-server",
    "GET /.well-known/oauth-authorization-server/{path}",
    "GET /docs",
    "GET /docs/redoc.js",
    "GET /",
    "GET /healthz",
    "GET /openapi.json",
    "GET /readyz",
    "GET /redoc",
    "MOUNT /docs/assets/{path}",
    "MOUNT /docs/pages/{path}",
    "POST /api/account/accept-invitation",
    "POST /api/account/forgot-password",
    "POST /api/account/resend-verification",
    "POST /api/account/reset-password",
    "POST /api/account/verify-email",
    "POST /api/login",
    "POST /api/refresh",
    "POST /api/revoke",
    "POST /api/token",
    "POST /api/users",
}


class TestDoors:
    @pytest.mark.promise("D1")
    def test_each_has_a_guard_or_is_public(self) -> None:
        unguarded = {name for name, route in doors(APP).items() if not is_guarded(route)}

        assert unguarded == PUBLIC

    @pytest.mark.promise("D1", "D6")
    @every_operation
    async def test_a_stranger_passes_none_with_a_guard(
        self, outside: AsyncClient, operation: tuple[str, str, dict[str, Any]]
    ) -> None:
        method, path, described = operation

        response = await ask(outside, method, path)

        assert (response.status_code == 401) == needs_credential(described)
        if needs_credential(described):
            assert_is_a_problem(response, 401)

    def test_the_document_says_which_have_one(self) -> None:
        shown = {f"{method} {path}": needs_credential(each) for method, path, each in OPERATIONS}
        there = {name: is_guarded(route) for name, route in described_doors().items()}

        assert shown == there

    @every_operation
    async def test_the_document_says_which_read_a_credential(
        self,
        app: FastAPI,
        outside: AsyncClient,
        monkeypatch: pytest.MonkeyPatch,
        operation: tuple[str, str, dict[str, Any]],
    ) -> None:
        method, path, described = operation
        read: list[str] = []

        async def authenticate(token: str) -> None:
            read.append(token)

        monkeypatch.setattr(app.state, "authenticators", [authenticate])
        await ask(outside, method, path, headers={"Authorization": "Bearer any"})

        assert bool(read) == ("security" in described)

    def test_the_document_says_where_a_credential_is_optional(self) -> None:
        optional = {
            described["operationId"]
            for *_, described in OPERATIONS
            if described.get("security") == [{}, {"Bearer": []}]
        }

        assert optional == {"create_user", "verify_email"}
        assert set(DOCUMENT["components"]["securitySchemes"]) == {"Bearer"}
