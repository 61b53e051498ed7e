"""Public routes for operators. They do not disclose internals."""

from functools import partial
from typing import Literal

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from uservault.kit.problems import problems
from uservault.telemetry.readiness import NotReady, Readiness
from uservault.web.prefix import public_path
from uservault.web.routing import Router
from uservault.wiring.scope import CurrentSettings, Shared

router = Router(route_class=APIRoute, tags=["operation"])


class Health(BaseModel):
    """The state of the service."""

    status: Literal["ok"] = Field("ok", description="Always `ok`. Failures are problems.")


class Ready(Health):
    """The service can answer requests."""

    warnings: list[str] | None = Field(
        None, description="What does not work yet, if anything. The log names the settings."
    )


class Root(BaseModel):
    """The name of the service, and the paths where things are."""

    name: str = Field(description="The name of the service.", examples=["UserVault"])
    version: str = Field(description="The version of the service.", examples=["1.0.0"])
    docs: str | None = Field(
        description="The documentation of the API; null if it is turned off.", examples=["/docs"]
    )
    openapi: str | None = Field(
        description="The OpenAPI document; null if it is turned off.", examples=["/openapi.json"]
    )
    health: str = Field("/healthz", description="Whether the process is alive.")
    readiness: str = Field("/readyz", description="Whether the service can answer requests.")
    keys: str = Field(
        "/.well-known/jwks.json", description="The public keys that verify access tokens."
    )


@router.get("/")
async def get_root(request: Request, settings: CurrentSettings) -> Root:
    """Get the name and version of the service, and where things are."""
    at = partial(public_path, request.scope)
    return Root(
        name=request.app.title,
        version=request.app.version,
        docs=at("/docs") if settings.docs else None,
        openapi=at("/openapi.json") if settings.docs else None,
        health=at("/healthz"),
        readiness=at("/readyz"),
        keys=at("/.well-known/jwks.json"),
    )


@router.get("/healthz")
async def get_health() -> Health:
    """Check that the process is alive. Succeeds without a database: a restart would not help."""
    return Health()


@router.get("/readyz", responses=problems(NotReady), response_model_exclude_none=True)
async def get_readiness(readiness: Shared[Readiness]) -> Ready:
    """Check that the service can answer requests: the database works and is migrated."""
    await readiness.check()
    return Ready(warnings=readiness.warnings)
