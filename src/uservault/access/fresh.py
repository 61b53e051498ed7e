"""Dangerous actions want a recent proof: a stolen session alone is not enough (I1)."""

from uservault.access.principal import Principal
from uservault.kit.problems import Forbidden
from uservault.wiring.ports import Resources

REAUTHENTICATE = "/api/me/reauthenticate"


class FreshLoginRequired(Forbidden):
    """`max_age` is in seconds."""

    title = f"Your last proof is too old. Log in again, or send your password to {REAUTHENTICATE}."


class FreshProof:
    """Whether the caller proved who they are within USERVAULT_SESSIONS__FRESH."""

    def __init__(self, resources: Resources) -> None:
        self.max_age = resources.settings.sessions.fresh
        self.now = resources.clock

    def require(self, principal: Principal) -> None:
        """Raises FreshLoginRequired."""
        proved = principal.authenticated_at
        if proved is None or self.now() - proved > self.max_age:
            raise FreshLoginRequired(
                reauthenticate=REAUTHENTICATE, max_age=int(self.max_age.total_seconds())
            )
