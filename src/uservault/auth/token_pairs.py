from dataclasses import dataclass

from uservault.roles.reader import RoleReader
from uservault.sessions.session_grant import SessionGrant
from uservault.sessions.tokens import AccessToken, AccessTokens
from uservault.wiring.scope import Shared, injected


@dataclass(frozen=True, slots=True, repr=False)
class TokenPair:
    access_token: AccessToken
    refresh_token: str


@injected
class TokenPairs:
    """Issues the tokens of a session."""

    tokens: Shared[AccessTokens]
    roles: Shared[RoleReader]

    async def prepare(self) -> None:
        """To be called before the first statement of the unit of work: see AccessTokens."""
        await self.tokens.prepare()

    async def of(self, session: SessionGrant) -> TokenPair:
        held = await self.roles.held_by(session.user_id)
        return TokenPair(await self.tokens.issue(session, held), session.refresh_token)
