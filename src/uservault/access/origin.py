"""Where the request comes from that is being answered."""

from typing import Annotated

from uservault.telemetry.origin import Origin
from uservault.wiring.scope import Given

CurrentOrigin = Annotated[Origin, Given(take=lambda scope: scope.facts.get("origin", Origin()))]
MaybeOrigin = Annotated[Origin | None, Given(take=lambda scope: scope.facts.get("origin"))]
