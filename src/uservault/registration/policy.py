"""Who may register."""

from fastapi import Request

from uservault.access.guard import authenticated
from uservault.access.principal import Permission
from uservault.registration.errors import RegistrationClosed
from uservault.wiring.ports import Resources
from uservault.wiring.scope import resources_of


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


async def may_register(request: Request) -> None:
    """Admits everyone in mode `open`, otherwise only callers with `users:write`.

    In mode `open`, credentials are ignored. Raises RegistrationClosed, or Unauthorized for invalid
    credentials.
    """
    if resources_of(request).shared(RegistrationPolicy).open:
        return
    if "authorization" not in request.headers:
        raise RegistrationClosed
    if Permission.USERS_WRITE not in (await authenticated(request)).permissions:
        raise RegistrationClosed
