from uservault.auth.token_pairs import TokenPair
from uservault.roles.reader import RoleReader
from uservault.sessions.advance import Move, SessionAdvance
from uservault.sessions.errors import RefreshRefused
from uservault.sessions.reader import SessionReader
from uservault.sessions.refresh import RefreshTokens
from uservault.sessions.service import SessionService
from uservault.sessions.session_grant import SessionGrant
from uservault.sessions.tokens import AccessTokens
from uservault.telemetry.origin import Origin
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope


class TokenRefresh:
    """Exchanges a refresh token for the next pair of its session. One per process."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.sessions = resources.shared(SessionReader)
        self.advance = resources.shared(SessionAdvance)
        self.tokens = resources.shared(RefreshTokens)
        self.access = resources.shared(AccessTokens)
        self.roles = resources.shared(RoleReader)

    async def refresh(self, refresh_token: str, origin: Origin) -> TokenPair:
        """Raises RefreshRefused or DatabaseUnavailable.

        All that can fail comes before the session moves on: its last token stays valid then.
        """
        await self.access.prepare()
        presented = self.tokens.read(refresh_token)
        row = await self.sessions.to_refresh(presented.session_id) if presented else None
        if presented is None or row is None or not self.tokens.is_ours(presented, row):
            raise RefreshRefused
        held = await self.roles.held_by(row.user_id)
        session = self.tokens.grant(row, presented.counter + 1)
        if not await self.advance(Move(row.user_id, row.id, presented.counter)):
            session = await self._one_by_one(refresh_token, origin)
            held = await self.roles.held_by(row.user_id)  # it may have waited
        return TokenPair(await self.access.issue(session, held), session.refresh_token)

    async def _one_by_one(self, refresh_token: str, origin: Origin) -> SessionGrant:
        """For a token that is not its session's last one, and for a session that was locked."""
        async with scope(self.resources, origin=origin) as made:
            return await made.get(SessionService).refresh(refresh_token)
