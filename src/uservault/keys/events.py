from datetime import datetime

from uservault.events.log import Event


class SigningKeyRotated(Event):
    """A new key was published. It signs from `active_at` on."""

    type = "signing_key.rotated"
    kid: str
    algorithm: str
    active_at: datetime


class SigningKeyRetired(Event):
    type = "signing_key.retired"
    kid: str
