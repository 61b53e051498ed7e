from dataclasses import dataclass
from typing import Self

from uservault.kit.identity import login_key
from uservault.limits.limit import Limit
from uservault.limits.throttle import Tries
from uservault.settings.limits import LimitSettings
from uservault.telemetry.origin import Client


@dataclass(frozen=True, slots=True)
class LoginLimits:
    """Of failed logins: from one client; for one name from one client; for one name."""

    client: Limit
    near: Limit
    anywhere: Limit

    @classmethod
    def set_by(cls, rates: LimitSettings) -> Self:
        return cls(
            client=Limit.parsed("login-client", rates.login_per_client),
            near=Limit.parsed("login", rates.login_per_account_and_client),
            anywhere=Limit.parsed("login-anywhere", rates.login_per_account),
        )


def name_counter(name: str) -> tuple[str, str]:
    """What the tries of a name are counted under, in all its spellings."""
    key, _ = login_key(name)
    return "name", key


def user_counter(user_id: int) -> tuple[str, str]:
    """What the tries of all names of a user are counted under."""
    return "user", str(user_id)


class LoginAttempt:
    """One try to log in, and what it counts against."""

    def __init__(self, tries: Tries, limits: LoginLimits, name: str, client: Client) -> None:
        self.tries = tries
        self.limits = limits
        self.name = name_counter(name)
        self.network = client.network
        self.left = 0

    @property
    def headers(self) -> dict[str, str]:
        """How many tries are left. Like the answer, they are the same for an unknown name."""
        return self.limits.near.headers(self.left)

    async def begin(self) -> None:
        """Count it for the client. Raises TooManyTries."""
        await self.tries.take(self.limits.client, self.network)

    async def admit(self, user_id: int | None, device: str | None) -> bool:
        """Count it before the password is verified: for the user's known `device`, if it comes
        from one, or else for the name. Raises TooManyTries.

        The user's names and addresses count together, too. False if that is too many: then
        refuse it like a wrong password. Another answer would tell which names are one user's.
        """
        if user_id and device:
            self.left = await self.tries.take(self.limits.near, "device", str(user_id), device)
            return True
        self.left = await self.tries.take(self.limits.near, *self.name, self.network)
        await self.tries.take(self.limits.anywhere, *self.name)
        owner = user_counter(user_id) if user_id else ("nobody", *self.name)  # the same work
        near = await self.tries.fits(self.limits.near, *owner, self.network)
        return await self.tries.fits(self.limits.anywhere, *owner) and near

    async def forgive(self) -> None:
        """The password was right."""
        await self.tries.give_back(forget=self.limits.near)
