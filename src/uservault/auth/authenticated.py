from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True, repr=False)
class Authenticated:
    """A user as a login method proved them. Whether a session opens is for the stages to say.

    `methods` are names of RFC 8176. `hash` is what the password was compared with, if it was one,
    and `better_hash` the same password by the present scheme and cost, if that is another.
    `device` is the id of the device, if the user logged in on it before. `must_change` says that
    the password opens no session; `new_hash` is of the one that replaces it with this login.
    """

    user_id: int
    methods: tuple[str, ...]
    at: datetime
    hash: str | None = None
    better_hash: str | None = None
    device: str | None = None
    must_change: bool = False
    new_hash: str | None = None

    def written(self) -> dict[str, Any]:
        """As JSON can keep it."""
        return asdict(self) | {"at": self.at.isoformat()}

    @classmethod
    def read(cls, written: dict[str, Any]) -> Self:
        at = datetime.fromisoformat(written["at"])
        return cls(**written | {"at": at, "methods": tuple(written["methods"])})
