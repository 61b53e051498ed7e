"""Who may become a user."""

from fastapi import Request

from uservault.access.guard import authenticated
from uservault.access.principal import Permission
from uservault.registration.errors import RegistrationClosed
from uservault.wiring.ports import Resources
from uservault.wiring.scope import resources_of


class RegistrationPolicy:
    """What USERVAULT_REGISTRATION__MODE says."""

    def __init__(self, resources: Resources) -> None:
        self.mode = resources.settings.registration.mode

    @property
    def open(self) -> bool:
        return self.mode == "open"

    def admit_invited(self) -> None:
        """Raises RegistrationClosed."""
        if self.mode == "closed":
            raise RegistrationClosed


async def may_register(request: Request) -> None:
    """Anybody, or else whoever may write users. While anybody may, no credential is looked at.

    Raises RegistrationClosed, or Unauthorized for a credential that is not good.
    """
    if resources_of(request).shared(RegistrationPolicy).open:
        return
    if "authorization" not in request.headers:
        raise RegistrationClosed
    if Permission.USERS_WRITE not in (await authenticated(request)).permissions:
        raise RegistrationClosed
