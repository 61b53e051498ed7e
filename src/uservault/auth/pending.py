from uservault.auth.authenticated import Authenticated
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.wiring.scope import Inject, injected


@injected
class PendingLogins:
    """Logins that a stage stopped for more proof. Each token goes on with one, once."""

    tokens: Inject[OneTimeTokenService]

    async def keep(self, proof: Authenticated) -> str:
        """A token that lasts five minutes. What was proved is encrypted in the database."""
        issued = await self.tokens.issue(Purpose.PENDING_LOGIN, proof.user_id, data=proof.written())
        return issued.token

    async def take(self, token: str) -> Authenticated:
        """What was proved so far. Raises OneTimeTokenInvalid."""
        found = await self.tokens.find(token, Purpose.PENDING_LOGIN)
        await self.tokens.use(found)
        return Authenticated.read(dict(found.data))
