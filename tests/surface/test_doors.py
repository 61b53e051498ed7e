"""Every route has a guard, or is public by name."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.support.surface import (
    APP,
    OPERATIONS,
    ask,
    assert_is_a_problem,
    described_doors,
    doors,
    every_operation,
    is_guarded,
)

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

        assert (response.status_code == 401) == ("security" in described)
        if "security" in described:
            assert_is_a_problem(response, 401)

    def test_the_document_says_which_have_one(self) -> None:
        shown = {f"{method} {path}": "security" in each for method, path, each in OPERATIONS}
        there = {name: is_guarded(route) for name, route in described_doors().items()}

        assert shown == there
