"""Sessions of users who did not log in for them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import insert

from bench.filling import TOKEN_LIFETIME
from uservault.resources import open_resources
from uservault.roles.reader import EffectiveRoles
from uservault.sessions.models import Session
from uservault.sessions.refresh import RefreshTokens
from uservault.sessions.session_grant import LiveSession
from uservault.sessions.tokens import AccessTokens
from uservault.settings.tree import Settings

METHODS = "pwd"


class Minted(NamedTuple):
    access_token: str
    refresh_token: str


async def mint(settings: Settings, users: Iterable[int]) -> list[Minted]:
    """The tokens of a new session for each of the users, in the order of their ids.

    The database numbers the sessions. So a later login gets a number that none has yet.
    """
    written = Session.id, Session.user_id, Session.key_sealed
    async with open_resources(settings) as resources:
        refresh, access = resources.shared(RefreshTokens), resources.shared(AccessTokens)
        rows = [_session(id, refresh.new_key()) for id in users]
        async with resources.database.writes.begin() as connection:
            result = await connection.execute(insert(Session).returning(*written), rows)
            sessions = sorted(result.all(), key=lambda session: session.user_id)
        return [
            Minted(await _access_token(access, session), refresh.write(session, 0))
            for session in sessions
        ]


async def _access_token(tokens: AccessTokens, session: Any) -> str:
    live = LiveSession(
        session_id=session.id,
        user_id=session.user_id,
        seconds_left=TOKEN_LIFETIME,
        authenticated_at=datetime.now(UTC),
        methods=(METHODS,),
    )
    return (await tokens.issue(live, EffectiveRoles())).encoded


def _session(user_id: int, key: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    times = dict.fromkeys(("created_at", "authenticated_at", "last_seen_at", "refreshed_at"), now)
    return times | {
        "user_id": user_id,
        "expires_at": now + timedelta(seconds=TOKEN_LIFETIME),
        "key_sealed": key,
        "methods": METHODS,
        "counter": 0,
    }
