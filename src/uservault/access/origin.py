"""Where the request comes from that is being answered."""

from typing import Annotated

from fastapi import Depends, Request

from uservault.telemetry.origin import Origin


async def _origin(request: Request) -> Origin:
    origin: Origin = request.scope["origin"]
    return origin


CurrentOrigin = Annotated[Origin, Depends(_origin)]
MaybeOrigin = Annotated[Origin | None, Depends(_origin)]  # None outside of a request
