"""Refresh tokens: opaque to clients, one after the other in each session, none of them stored.

A token is the session's id, its number and an HMAC over both under the session's own key. So the
successor of a token is always the same one, however often it is asked for (RFC 9700 §4.14.2).
"""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from secrets import token_bytes

from uservault.kit.crypto import Unsealable
from uservault.wiring.ports import Resources

FORM = re.compile(r"uvr_([1-9][0-9]{0,17})\.(0|[1-9][0-9]{0,8})\.([A-Za-z0-9_-]{43})")
PURPOSE = "refresh-tokens"
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class RefreshToken:
    """What a well-formed token says of itself; nothing of it is proved yet."""

    session_id: int
    counter: int
    mac: str


class RefreshTokens:
    """Writes and reads them."""

    def __init__(self, resources: Resources) -> None:
        self.sealer = resources.sealer

    def new_key(self) -> str:
        """A session's key, sealed."""
        return self.sealer.seal(token_bytes(KEY_BYTES), PURPOSE)

    def write(self, sealed: str, session_id: int, counter: int) -> str:
        """Raises Unsealable."""
        return f"uvr_{session_id}.{counter}.{self._mac(sealed, session_id, counter)}"

    def read(self, token: str) -> RefreshToken | None:
        if found := FORM.fullmatch(token):
            return RefreshToken(int(found[1]), int(found[2]), found[3])
        return None

    def is_ours(self, token: RefreshToken, sealed: str) -> bool:
        try:
            expected = self._mac(sealed, token.session_id, token.counter)
        except Unsealable:  # the key it was sealed under is not set any more
            return False
        return hmac.compare_digest(expected, token.mac)

    def _mac(self, sealed: str, session_id: int, counter: int) -> str:
        key = self.sealer.open(sealed, PURPOSE)
        mac = hmac.digest(key, f"{session_id}.{counter}".encode(), "sha256")
        return urlsafe_b64encode(mac).rstrip(b"=").decode()
