"""Refresh tokens: opaque to clients, one after the other in each session, none of them stored.

A token is the user's id, the session's, its number and an HMAC under the session's own key. So the
successor of a token is always the same one, however often it is asked for (RFC 9700 §4.14.2).
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from secrets import token_bytes
from typing import Any

from uservault.kit.crypto import Unsealable
from uservault.sessions.session_grant import SessionGrant
from uservault.wiring.ports import Resources

ID = r"[1-9][0-9]{0,17}"
# Tokens that were issued before 0016 name no user.
FORM = re.compile(rf"uvr_(?:({ID})\.)?({ID})\.(0|[1-9][0-9]{{0,8}})\.([A-Za-z0-9_-]{{43}})")
PURPOSE = "refresh-tokens"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class RefreshToken:
    """What a well-formed token says of itself; nothing of it is proved yet."""

    user_id: int | None
    session_id: int
    counter: int
    mac: str


class RefreshTokens:
    """Writes and reads them."""

    def __init__(self, resources: Resources) -> None:
        self.sealer = resources.sealer
        self.now = resources.clock

    def new_key(self) -> str:
        """A session's key, sealed."""
        return self.sealer.seal(token_bytes(KEY_BYTES), PURPOSE)

    def grant(self, session: Any, counter: int) -> SessionGrant:
        """The live session with its token of that number. `session` is as in `write`."""
        return SessionGrant(
            session_id=session.id,
            user_id=session.user_id,
            seconds_left=int((session.expires_at - self.now()).total_seconds()),
            authenticated_at=session.authenticated_at,
            methods=tuple(session.methods.split()),
            refresh_token=self.write(session, counter),
        )

    def write(self, session: Any, counter: int) -> str:
        """`session` has the columns of a session. Raises Unsealable."""
        mac = self._mac(session.key_sealed, session.id, counter)
        return f"uvr_{session.user_id}.{session.id}.{counter}.{mac}"

    def read(self, token: str) -> RefreshToken | None:
        if found := FORM.fullmatch(token):
            user_id = int(found[1]) if found[1] else None
            return RefreshToken(user_id, int(found[2]), int(found[3]), found[4])
        return None

    def is_ours(self, token: RefreshToken, session: Any) -> bool:
        if token.user_id not in (None, session.user_id):
            return False
        try:
            expected = self._mac(session.key_sealed, token.session_id, token.counter)
        except Unsealable:  # the key it was sealed under is not set any more
            return False
        return hmac.compare_digest(expected, token.mac)

    def _mac(self, sealed: str, session_id: int, counter: int) -> str:
        key = self.sealer.open(sealed, PURPOSE)
        mac = hmac.digest(key, f"{session_id}.{counter}".encode(), "sha256")
        return urlsafe_b64encode(mac).rstrip(b"=").decode()
