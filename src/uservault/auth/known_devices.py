import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from uservault.db.batch import by_key
from uservault.events.models import EventRecord
from uservault.kit.crypto import Unsealable, random_token
from uservault.sessions.events import EverySessionRevoked
from uservault.users.models import NOT_DELETED, User
from uservault.wiring.ports import Resources

PREFIX = "uvd_"
PURPOSE = "device-tokens"
LIFETIME = timedelta(days=90)
ALL_ENDED_AT = select(func.max(EventRecord.at)).where(EventRecord.type == EverySessionRevoked.type)
STANDING = select(
    User.id, User.credential_epoch, ALL_ENDED_AT.scalar_subquery().label("all_ended_at")
).where(NOT_DELETED)


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device on which the user logged in before."""

    user_id: int
    id: str


class KnownDevices:
    """Device tokens: sealed, kept by the client alone, and sent with its next login.

    A token is no proof of anything: it gives the device's tries a counter of their own (I8).
    Whatever evicts a thief voids it (I4): the user's epoch, or the end of everybody's sessions.
    """

    def __init__(self, resources: Resources) -> None:
        retention = resources.settings.events.retention
        self.lifetime = min(LIFETIME, retention or LIFETIME)  # as long as that end is remembered
        self.leeway = timedelta(seconds=resources.settings.tokens.leeway)
        self.sealer = resources.sealer
        self.now = resources.clock
        self.standing = by_key(resources.database, STANDING)

    def issue(self, user_id: int, epoch: int, device: str | None) -> str:
        """A new token, for the same `device` if it is known."""
        facts = [user_id, epoch, device or random_token(), self.now().isoformat()]
        return PREFIX + self.sealer.seal(json.dumps(facts).encode(), PURPOSE)

    async def recognise(self, token: str | None) -> KnownDevice | None:
        """The device of a token that is ours and still good. Asks the database only then."""
        facts = self._open(token) if token else None
        if facts is None:
            return None
        user_id, epoch, device, issued = facts
        user, issued_at = await self.standing.get(user_id), datetime.fromisoformat(issued)
        if user is None or user.credential_epoch != epoch:
            return None
        ended = user.all_ended_at and issued_at <= user.all_ended_at + self.leeway
        over = self.now() >= issued_at + self.lifetime
        return None if ended or over else KnownDevice(user_id, device)

    def _open(self, token: str) -> tuple[int, int, str, str] | None:
        if not token.startswith(PREFIX):
            return None
        try:
            opened = self.sealer.open(token.removeprefix(PREFIX), PURPOSE)
        except Unsealable:
            return None
        user_id, epoch, device, issued = json.loads(opened)
        return user_id, epoch, device, issued
