"""Who may register."""

from typing import Annotated

from fastapi import Request

from uservault.access.guard import OptionalGuard, authenticated, recognised
from uservault.access.principal import Permission, Principal
from uservault.registration.errors import RegistrationClosed
from uservault.wiring.ports import Resources
from uservault.wiring.scope import Given, resources_of

BY_OTHERS = "made_by_others"  # in a request's scope: whether an administrator makes the user


class RegistrationPolicy:
    """Applies USERVAULT_REGISTRATION__MODE."""

    def __init__(self, resources: Resources) -> None:
        self.mode = resources.settings.registration.mode

    @property
    def open(self) -> bool:
        return self.mode == "open"

    def ensure_invitations_allowed(self) -> None:
        """Raises RegistrationClosed."""
        if self.mode == "closed":
            raise RegistrationClosed


async def _admit(request: Request) -> Principal | None:
    """Admits everyone in mode `open`, otherwise only callers with `users:write`.

    In mode `open`, credentials are not needed, and say only whether an administrator makes the
    user. Raises RegistrationClosed, or Unauthorized for invalid credentials.
    """
    if resources_of(request).shared(RegistrationPolicy).open:
        caller = await recognised(request) if "authorization" in request.headers else None
        request.scope[BY_OTHERS] = bool(caller and Permission.USERS_WRITE in caller.permissions)
        return caller
    if "authorization" not in request.headers:
        raise RegistrationClosed
    caller = await authenticated(request)
    if Permission.USERS_WRITE not in caller.permissions:
        raise RegistrationClosed
    request.scope[BY_OTHERS] = True
    return caller


may_register = OptionalGuard(_admit)


MadeByOthers = Annotated[bool, Given(take=lambda scope: scope.facts.get(BY_OTHERS, True))]
