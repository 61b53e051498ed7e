from collections.abc import Set
from dataclasses import replace

from uservault.access.principal import Principal
from uservault.access.writes import WriteThrottle
from uservault.auth.errors import InvalidTarget, SubjectTokenRefused
from uservault.auth.events import TokenExchanged
from uservault.events.log import EventLog
from uservault.kit.problems import Forbidden
from uservault.roles.reader import EffectiveRoles, RoleReader
from uservault.sessions.authenticator import SessionAuthenticator
from uservault.sessions.reader import SessionReader
from uservault.sessions.tokens import AccessToken, AccessTokens
from uservault.web.headers import AnswerHeaders
from uservault.wiring.scope import CurrentSettings, Inject, Shared, injected


@injected
class TokenExchange:
    """Exchanges the access token of a session for a short one for another service (I2)."""

    tokens: Shared[AccessTokens]
    authenticator: Shared[SessionAuthenticator]
    sessions: Shared[SessionReader]
    roles: Shared[RoleReader]
    events: Inject[EventLog]
    settings: CurrentSettings
    writes: Shared[WriteThrottle]
    headers: AnswerHeaders

    async def subject_of(self, token: str) -> Principal:
        """Whose access token it is. Counts the exchange as a write, as no guard did it.

        Raises TooManyTries or SubjectTokenRefused, also for an exchanged token.
        """
        if principal := await self.authenticator(token):
            self.headers.update(await self.writes.admit(principal))
            return principal
        raise SubjectTokenRefused

    async def exchange(
        self, me: Principal, audience: str, permissions: Set[str] | None
    ) -> tuple[AccessToken, EffectiveRoles]:
        """The token and what it says. It has the user's `permissions`, or all that they hold.

        Raises InvalidTarget, SubjectTokenRefused, or Forbidden for permissions that are not held
        and for a credential that is no session.
        """
        if audience not in self.settings.tokens.audiences:
            raise InvalidTarget
        if me.session_id is None:
            raise Forbidden
        await self.tokens.prepare()
        session = await self.sessions.live(me.session_id)
        if session is None:
            raise SubjectTokenRefused  # it ended a moment ago
        held = _narrowed(await self.roles.held_by(me.user_id), permissions)
        token = await self.tokens.issue_for(audience, session, held)
        exchanged = TokenExchanged(
            subject_id=me.user_id,
            session=session.session_id,
            audience=audience,
            permissions=sorted(held.permissions),
        )
        self.events.actor = me  # at the form's address, no guard has said who acts
        self.events.record(exchanged)
        return token, held


def _narrowed(held: EffectiveRoles, permissions: Set[str] | None) -> EffectiveRoles:
    if permissions is None:
        return held
    if missing := sorted(permissions - held.permissions):
        raise Forbidden(missing=missing)
    # Some services read roles: a role would say more than what was asked for.
    return replace(held, roles=(), permissions=held.permissions & permissions)
