"""What a user's life should look like from outside."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

ACCESS = FRESH = timedelta(minutes=15)
IDLE, LONGEST = timedelta(days=7), timedelta(days=30)
SEEN_TO = timedelta(minutes=1)
GRACE = timedelta(days=30)
ROLES = {"reader": "users:read", "helper": "roles:read"}


@dataclass
class Login:
    """A session, and the tokens that its device has."""

    access_token: str
    refresh_token: str
    opened: datetime
    proved: datetime = field(init=False)
    issued: datetime = field(init=False)
    seen: datetime = field(init=False)
    ended: bool = False

    def __post_init__(self) -> None:
        self.proved = self.issued = self.seen = self.opened

    def lives(self, now: datetime) -> bool:
        return not self.ended and now < self.opened + LONGEST and now < self.seen + IDLE

    def is_fresh(self, now: datetime) -> bool:
        return now <= self.proved + FRESH

    def is_seen(self, now: datetime) -> None:
        if now - self.seen >= SEEN_TO:
            self.seen = now


@dataclass
class Life:
    """A user, until they are purged."""

    id: int
    username: str
    email: str
    password: str
    verified: bool = False
    further: dict[str, bool] = field(default_factory=dict)  # addresses; whether they are verified
    roles: dict[str, datetime | None] = field(default_factory=dict)  # until when
    active: bool = True
    until: datetime | None = None  # the end of the deactivation
    deleted: datetime | None = None
    logins: list[Login] = field(default_factory=list)

    def is_active(self, now: datetime) -> bool:
        return self.active or (self.until is not None and self.until <= now)

    def is_here(self, now: datetime) -> bool:
        return self.deleted is None and self.is_active(now)

    def names(self) -> list[str]:
        """What they log in with."""
        return [self.username.upper(), self.email, *self.proved_further()]

    def proved_further(self) -> list[str]:
        return [address for address, verified in self.further.items() if verified]

    def living(self, now: datetime) -> list[Login]:
        return [each for each in self.logins if each.lives(now)]

    def has(self, now: datetime) -> list[str]:
        return sorted(role for role, end in self.roles.items() if end is None or end > now)

    def end(self, but: Login | None = None) -> None:
        """Whatever evicts a thief."""
        for each in self.logins:
            each.ended |= each is not but

    def swap(self, address: str) -> None:
        """It becomes the primary one, and the primary one a further one."""
        verified = self.further.pop(address)
        self.further[self.email] = self.verified
        self.email, self.verified = address, verified
