from uservault.kit.identity import login_key
from uservault.limits.throttle import Limit, Throttle, client
from uservault.wiring.ports import Resources


class LoginThrottle:
    """Failed logins: for one name from one address, for one name, and from one address.

    Names that nobody has are counted like others. Only the first count can be driven up by one
    attacker alone to keep somebody out, and then only from the attacker's own address.
    """

    def __init__(self, resources: Resources) -> None:
        rates = resources.settings.limits
        self.throttle = Throttle(resources.counters)
        self.pair = Limit.parsed("login-pair", rates.login_per_account_and_client)
        self.account = Limit.parsed("login-account", rates.login_per_account)
        self.client = Limit.parsed("login-client", rates.login_per_client)

    async def admit(self, name: str, address: str | None) -> None:
        """Counts the try before its password is looked at. Raises TooManyTries."""
        (key, _), origin = login_key(name), client(address)
        await self.throttle.take(self.client, origin)
        await self.throttle.take(self.pair, key, origin)
        await self.throttle.take(self.account, key)

    async def pardon(self, address: str | None, *names: str) -> None:
        """Whoever comes from this address proved to be the one who has these names."""
        for name in names:
            key, _ = login_key(name)
            await self.throttle.forget(self.pair, key, address)
            await self.throttle.forget(self.account, key)

    async def forgive(self, name: str, address: str | None) -> None:
        """The try was no guess."""
        (key, _), origin = login_key(name), client(address)
        await self.throttle.give_back(self.client, origin)
        await self.throttle.forget(self.pair, key, origin)
        await self.throttle.give_back(self.account, key)


class PasswordThrottle:
    """Guesses at the password of a user, made with their access token."""

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)
        rate = resources.settings.limits.login_per_account_and_client
        self.limit = Limit.parsed("current-password", rate)

    async def admit(self, user_id: int) -> None:
        """Counts the try before its password is looked at. Raises TooManyTries."""
        await self.throttle.take(self.limit, str(user_id))

    async def forgive(self, user_id: int) -> None:
        await self.throttle.forget(self.limit, str(user_id))
