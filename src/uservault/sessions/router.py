from collections.abc import Sequence
from typing import Annotated

from fastapi import Form, Query, Response, status

from uservault.access.guard import CurrentPrincipal, requires
from uservault.access.principal import Permission
from uservault.idempotency.endpoint import idempotent
from uservault.kit.crypto import digest
from uservault.kit.problems import problems
from uservault.kit.schema import Message, PathId
from uservault.sessions.cursor import Cursor
from uservault.sessions.errors import SessionNotFound
from uservault.sessions.reader import SessionReader
from uservault.sessions.revocations import RevocationReader
from uservault.sessions.schemas import (
    RevocationFeed,
    RevocationQuery,
    RevokedCount,
    RevokedToken,
    SessionPathId,
    SessionRead,
    SessionRevocation,
)
from uservault.sessions.service import SessionService
from uservault.sessions.token_revocation import TokenRevocation
from uservault.users.errors import UserNotFound
from uservault.users.reader import UserReader
from uservault.web.etag import IfNoneMatch
from uservault.web.headers import headers
from uservault.web.routing import Router
from uservault.wiring.scope import Inject, Shared

router = Router(prefix="/api", tags=["sessions"])

ENDED = "Session ended"
TAGGED = headers("ETag")


@router.post("/logout", responses=problems(SessionNotFound))
async def logout(me: CurrentPrincipal, sessions: Inject[SessionService]) -> Message:
    """End this session: its access and refresh tokens are refused from now on."""
    await sessions.revoke_one(me.user_id, me.session_id, "logout")
    return Message(message=ENDED)


@router.post("/revoke")
async def revoke_token(
    data: Annotated[RevokedToken, Form()], revocation: Inject[TokenRevocation]
) -> Message:
    """End the session of a token (RFC 7009). It may be a refresh token: you need no other proof.

    The answer is the same for a token that is not valid.
    """
    await revocation.revoke(data.token)
    return Message(message=ENDED)


@router.get("/me/sessions")
async def list_my_sessions(
    me: CurrentPrincipal, sessions: Shared[SessionReader]
) -> Sequence[SessionRead]:
    """One's own live sessions, the newest first; at most 100."""
    return await sessions.of_user(me.user_id, current=me.session_id)


@router.delete("/me/sessions/{session_id:id}", responses=problems(SessionNotFound))
async def revoke_my_session(
    session_id: SessionPathId, me: CurrentPrincipal, sessions: Inject[SessionService]
) -> Message:
    """End one of one's own sessions."""
    await sessions.revoke_one(me.user_id, session_id, "user")
    return Message(message=ENDED)


@router.delete("/me/sessions")
async def revoke_my_other_sessions(
    me: CurrentPrincipal, sessions: Inject[SessionService]
) -> RevokedCount:
    """End all of one's own sessions but this one."""
    return RevokedCount(revoked=await sessions.revoke_others(me.user_id, me.session_id, "user"))


@router.get(
    "/users/{id:id}/sessions",
    dependencies=[requires(Permission.SESSIONS_READ)],
    responses=problems(UserNotFound),
)
async def list_user_sessions(
    id: PathId, me: CurrentPrincipal, users: Shared[UserReader], sessions: Shared[SessionReader]
) -> Sequence[SessionRead]:
    """A user's live sessions, the newest first; at most 100."""
    await users.get(id)
    return await sessions.of_user(id, current=me.session_id)


@router.delete(
    "/users/{id:id}/sessions/{session_id:id}",
    dependencies=[requires(Permission.SESSIONS_WRITE)],
    responses=problems(SessionNotFound),
)
async def revoke_user_session(
    id: PathId, session_id: SessionPathId, sessions: Inject[SessionService]
) -> Message:
    """End one session of a user."""
    await sessions.revoke_one(id, session_id, "administrator")
    return Message(message=ENDED)


@router.delete(
    "/users/{id:id}/sessions",
    dependencies=[requires(Permission.SESSIONS_WRITE)],
    responses=problems(UserNotFound),
)
async def revoke_user_sessions(
    id: PathId, users: Shared[UserReader], sessions: Inject[SessionService]
) -> RevokedCount:
    """End all sessions of a user."""
    await users.get(id)
    return RevokedCount(revoked=await sessions.revoke_all(id, "administrator"))


@router.post("/sessions/revoke", dependencies=[requires(Permission.SESSIONS_WRITE)])
@idempotent()
async def revoke_sessions(
    data: SessionRevocation, sessions: Inject[SessionService]
) -> RevokedCount:
    """End the sessions of up to 500 users, or up to 500 sessions, or everybody's."""
    return RevokedCount(revoked=await sessions.revoke_many(data))


@router.get(
    "/revocations",
    response_model=RevocationFeed,
    dependencies=[requires(Permission.SESSIONS_READ)],
    responses={200: TAGGED, 304: {"description": "Nothing has come since that ETag."} | TAGGED},
)
async def list_revocations(
    query: Annotated[RevocationQuery, Query()],
    revocations: Shared[RevocationReader],
    is_known: IfNoneMatch,
    response: Response,
) -> RevocationFeed | Response:
    """What other services must refuse, though it verifies: poll it every few seconds."""
    feed = await revocations.since(Cursor.read(query.after) if query.after else Cursor())
    tag = f'"{digest(feed.model_dump_json())[:32]}"'
    if is_known(tag):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return feed
