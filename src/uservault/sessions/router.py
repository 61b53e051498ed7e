from collections.abc import Sequence

from fastapi import APIRouter

from uservault.access.guard import CurrentPrincipal, requires
from uservault.access.principal import Permission
from uservault.kit.problems import problems
from uservault.kit.route import Route
from uservault.kit.schema import Message, PathId
from uservault.kit.wiring import Inject, Shared
from uservault.sessions.errors import SessionNotFound
from uservault.sessions.reader import SessionReader
from uservault.sessions.schemas import RevokedCount, SessionPathId, SessionRead, SessionRevocation
from uservault.sessions.service import SessionService

router = APIRouter(prefix="/api", tags=["sessions"], route_class=Route)

ENDED = "Session ended"


@router.post("/logout", responses=problems(SessionNotFound))
async def logout(me: CurrentPrincipal, sessions: Inject[SessionService]) -> Message:
    """End this session: its access and refresh tokens are refused from now on."""
    await sessions.revoke_one(me.user_id, me.session_id, "logout")
    return Message(message=ENDED)


@router.get("/me/sessions")
async def list_my_sessions(
    me: CurrentPrincipal, sessions: Shared[SessionReader]
) -> Sequence[SessionRead]:
    """One's own live sessions, the newest first."""
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


@router.get("/users/{id:id}/sessions", dependencies=[requires(Permission.SESSIONS_READ)])
async def list_sessions(
    id: PathId, me: CurrentPrincipal, sessions: Shared[SessionReader]
) -> Sequence[SessionRead]:
    """A user's live sessions, the newest first; empty for a user there is not."""
    return await sessions.of_user(id, current=me.session_id)


@router.delete(
    "/users/{id:id}/sessions/{session_id:id}",
    dependencies=[requires(Permission.SESSIONS_WRITE)],
    responses=problems(SessionNotFound),
)
async def revoke_session(
    id: PathId, session_id: SessionPathId, sessions: Inject[SessionService]
) -> Message:
    """End one session of a user."""
    await sessions.revoke_one(id, session_id, "administrator")
    return Message(message=ENDED)


@router.delete("/users/{id:id}/sessions", dependencies=[requires(Permission.SESSIONS_WRITE)])
async def revoke_user_sessions(id: PathId, sessions: Inject[SessionService]) -> RevokedCount:
    """End all sessions of a user."""
    return RevokedCount(revoked=await sessions.revoke_all(id, "administrator"))


@router.post("/sessions/revoke", dependencies=[requires(Permission.SESSIONS_WRITE)])
async def revoke_sessions(
    data: SessionRevocation, sessions: Inject[SessionService]
) -> RevokedCount:
    """End the sessions of up to 500 users, or up to 500 sessions, or everybody's."""
    return RevokedCount(revoked=await sessions.revoke_many(data))
