from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, true

from uservault.access.origin import CurrentOrigin
from uservault.events.log import EventLog
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.sessions.cap import SessionCap
from uservault.sessions.device import device_label
from uservault.sessions.ending import SessionEnding
from uservault.sessions.errors import RefreshRefused, SessionNotFound
from uservault.sessions.events import EverySessionRevoked
from uservault.sessions.lifetime import SessionLifetime
from uservault.sessions.models import Session
from uservault.sessions.reader import SessionReader
from uservault.sessions.refresh import RefreshToken, RefreshTokens
from uservault.sessions.repository import SessionRepository
from uservault.sessions.schemas import SessionRevocation
from uservault.sessions.session_grant import SessionGrant
from uservault.wiring.scope import CurrentSettings, Inject, Now, Shared, injected


@injected
class SessionService:
    """Logins: opened, refreshed, ended."""

    sessions: Inject[SessionRepository]
    cap: Inject[SessionCap]
    ending: Inject[SessionEnding]
    reader: Shared[SessionReader]
    tokens: Shared[RefreshTokens]
    one_time_tokens: Inject[OneTimeTokenService]
    lifetime: Shared[SessionLifetime]
    events: Inject[EventLog]
    settings: CurrentSettings
    now: Now
    origin: CurrentOrigin

    async def open(
        self, user_id: int, authenticated_at: datetime, methods: Sequence[str]
    ) -> SessionGrant:
        """`methods` (RFC 8176) are how the user proved at that time who they are.

        Lock the user first: see `SessionCap`.
        """
        await self.cap.make_room(user_id)
        now = self.now()
        session = Session(
            user_id=user_id,
            created_at=now,
            authenticated_at=authenticated_at,
            methods=" ".join(methods),
            last_seen_at=now,
            refreshed_at=now,
            expires_at=now + self.settings.sessions.lifetime,
            address=self.origin.address,
            user_agent=self.origin.user_agent,
            device=await device_label(self.origin.user_agent),
            key_sealed=self.tokens.new_key(),
        )
        await self.sessions.save(session)
        return self.tokens.grant(session, session.counter)

    async def renew(self, user_id: int, id: int, methods: Sequence[str]) -> datetime:
        """The user of the session proved again who they are: the time of that proof."""
        session = await self.sessions.of_user(user_id, id)
        if session is None or session.revoked_at is not None:
            raise SessionNotFound
        session.authenticated_at, session.methods = self.now(), " ".join(methods)
        await self.sessions.save(session)
        return session.authenticated_at

    async def refresh(self, token: str) -> SessionGrant:
        """The successor of a refresh token; for a short while also of the one before the last.

        That is what a client gets that lost the answer, or has a second tab. An older one was
        stolen, or its successor was: the session ends. Raises RefreshRefused.
        """
        presented = self.tokens.read(token)
        row = await self.reader.to_refresh(presented.session_id) if presented else None
        if presented is None or row is None or not self.tokens.is_ours(presented, row):
            raise RefreshRefused
        if await self.sessions.advance(row.user_id, row.id, presented.counter, self.now()):
            return self.tokens.grant(row, presented.counter + 1)
        return await self._again(presented)

    async def _again(self, presented: RefreshToken) -> SessionGrant:
        """For a token that is not the last one of its session, or was not a moment ago."""
        row = await self.reader.to_refresh(presented.session_id)
        if row is None or presented.counter > row.counter:
            raise RefreshRefused
        in_grace = self.now() <= row.refreshed_at + self.settings.sessions.refresh_grace
        if presented.counter == row.counter - 1 and in_grace:
            return self.tokens.grant(row, row.counter)
        await self.revoke(row.user_id, Session.id == row.id, "refresh token used twice")
        raise RefreshRefused

    async def revoke(self, user_id: int, which: ColumnElement[bool], reason: str) -> int:
        """Ends those of a user's sessions that may have tokens; how many there were."""
        theirs = (Session.user_id == user_id) & which & self.lifetime.may_have_tokens(self.now())
        ended = await self.ending.end(theirs)
        self.ending.record(user_id, [session.id for session in ended], reason)
        return len(ended)

    async def revoke_one(self, user_id: int, id: int | None, reason: str) -> None:
        """Raises SessionNotFound, also for a session that has ended or is another user's."""
        if not await self.revoke(user_id, Session.id == id, reason):
            raise SessionNotFound

    async def revoke_others(self, user_id: int, current: int | None, reason: str) -> int:
        """Voids what a thief may have asked for, too (I4): one-time tokens, proposed addresses."""
        await self.one_time_tokens.void_all([user_id])
        return await self.revoke(user_id, Session.id.is_distinct_from(current), reason)

    async def revoke_all(self, user_id: int, reason: str) -> int:
        """Likewise."""
        await self.one_time_tokens.void_all([user_id])
        return await self.revoke(user_id, true(), reason)

    async def revoke_many(self, wanted: SessionRevocation) -> int:
        """What an administrator ends, of any users."""
        live = self.lifetime.may_have_tokens(self.now())
        if wanted.everybody:
            return await self._end_all(live)
        await self.one_time_tokens.void_all(wanted.user_ids)
        named = Session.user_id.in_(wanted.user_ids) | Session.id.in_(wanted.session_ids)
        ended = await self.ending.end(named & live)
        theirs: dict[int, list[int]] = {}
        for session in ended:
            theirs.setdefault(session.user_id, []).append(session.id)
        for user_id in sorted(theirs):
            self.ending.record(user_id, theirs[user_id], "administrator")
        return len(ended)

    async def _end_all(self, live: ColumnElement[bool]) -> int:
        await self.one_time_tokens.void_everything()
        count = await self.sessions.revoke_all(live, self.now())
        self.events.record(EverySessionRevoked(subject_id=None, count=count))
        return count
