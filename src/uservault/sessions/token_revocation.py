from uservault.sessions.models import Session
from uservault.sessions.reader import SessionReader
from uservault.sessions.refresh import RefreshTokens
from uservault.sessions.service import SessionService
from uservault.sessions.tokens import AccessTokens
from uservault.wiring.scope import Inject, Shared, injected


@injected
class TokenRevocation:
    """Ends the session of a token, for whoever has the token (RFC 7009)."""

    sessions: Inject[SessionService]
    reader: Shared[SessionReader]
    refresh_tokens: Shared[RefreshTokens]
    access_tokens: Shared[AccessTokens]

    async def revoke(self, token: str) -> None:
        """Does nothing for what is no token, or no longer: the client wanted no more than that."""
        if found := await self._session_of(token):
            user_id, id = found
            await self.sessions.revoke(user_id, Session.id == id, "logout")

    async def _session_of(self, token: str) -> tuple[int, int] | None:
        """The user's id, and the session's."""
        if presented := self.refresh_tokens.read(token):
            row = await self.reader.to_refresh(presented.session_id)
            ours = row is not None and self.refresh_tokens.is_ours(presented, row)
            return (row.user_id, row.id) if row is not None and ours else None
        claims = await self.access_tokens.read(token)
        row = await self.reader.to_refresh(int(claims.sid)) if claims else None
        ours = row is not None and claims is not None and claims.sub == str(row.user_id)
        return (row.user_id, row.id) if row is not None and ours else None
