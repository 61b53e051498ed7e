"""Probes for whoever runs us; public, and silent about what is inside."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from uservault.kit.problems import problems
from uservault.telemetry.readiness import NotReady, Readiness
from uservault.wiring.scope import Shared

router = APIRouter(tags=["operation"])


class Health(BaseModel):
    """How the service is."""

    status: Literal["ok"] = Field("ok", description="Anything else is a problem.")


@router.get("/healthz")
async def get_health() -> Health:
    """The process lives. A failing database does not make it fail: restarting would not help."""
    return Health()


@router.get("/readyz", responses=problems(NotReady))
async def get_readiness(readiness: Shared[Readiness]) -> Health:
    """Requests can be served: the database answers, and its schema is the one expected."""
    await readiness.check()
    return Health()
