from uservault.kit.identity import email_key
from uservault.limits.limit import Limit
from uservault.limits.throttle import Throttle
from uservault.wiring.ports import Resources

TRIES = Limit("code-address", 10, 24 * 3600)


class CodeThrottle:
    """Limits the wrong codes for one address, from whichever e-mails and by whichever users (I5).

    A new e-mail brings a new code with new tries, and anybody can register with the address once
    another user has left it. Ten guesses a day at a million codes find one in 270 years. Using
    them up stops only the code: the link from the e-mail still works.
    """

    def __init__(self, resources: Resources) -> None:
        self.throttle = Throttle(resources.counters)

    async def admit(self, address: str) -> None:
        """Counts the try, before the code is compared. Raises TooManyTries."""
        await self.throttle.take(TRIES, email_key(address))

    async def forgive(self, address: str) -> None:
        """Takes the try back: the code was right."""
        await self.throttle.give_back(TRIES, email_key(address))
