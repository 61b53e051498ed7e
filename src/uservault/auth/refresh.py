from uservault.auth.token_pairs import TokenPair, TokenPairs
from uservault.sessions.service import SessionService
from uservault.wiring.scope import Inject, injected


@injected
class TokenRefresh:
    """Exchanges a refresh token for the next pair of its session."""

    sessions: Inject[SessionService]
    pairs: Inject[TokenPairs]

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Raises RefreshRefused."""
        await self.pairs.prepare()
        return await self.pairs.of(await self.sessions.refresh(refresh_token))
