"""Access tokens: JWTs that name a user (RFC 7519; RFC 8725 and RFC 9068 on what to refuse)."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Literal

import jwt
from pydantic import Field

from uservault.kit.crypto import random_token
from uservault.kit.ports import Resources
from uservault.kit.route import strict_json
from uservault.kit.schema import Schema

KEPT = 10_000  # verified tokens; about 10 MB
LONGEST = timedelta(hours=24)
MAX_BYTES = 4096  # of a token; ours have some 400
ALGORITHM = "HS256"
HEADER = {"alg": ALGORITHM, "typ": "JWT"}  # RFC 8725 §3.11: no other type, no extension, no key
COMPACT = re.compile(r"(?:[A-Za-z0-9_-]+\.){2}[A-Za-z0-9_-]+")


class Claims(Schema):
    """Every claim is required, and no other is allowed."""

    iss: str
    aud: str
    typ: Literal["access"]
    sub: str = Field(pattern=r"^[1-9][0-9]{0,17}$")
    jti: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    iat: int
    exp: int


@dataclass(frozen=True, slots=True, repr=False)
class AccessToken:
    """`lifetime` is in seconds."""

    encoded: str
    lifetime: int


class AccessTokens:
    """Signs and verifies with the one key and the one algorithm, HS256."""

    def __init__(self, resources: Resources) -> None:
        self.key = resources.signing_key
        self.settings = resources.settings.tokens
        self.now = resources.clock
        self._verified = lru_cache(KEPT)(self._verify)  # keeps no failure: an exception is not kept

    def issue(self, user_id: int) -> AccessToken:
        now = self.now()
        claims = Claims(
            iss=self.settings.issuer,
            aud=self.settings.audience,
            typ="access",
            sub=str(user_id),
            jti=random_token(),
            iat=int(now.timestamp()),
            exp=int((now + self.settings.lifetime).timestamp()),
        )
        encoded = jwt.encode(claims.model_dump(), self.key, ALGORITHM)
        return AccessToken(encoded, int(self.settings.lifetime.total_seconds()))

    def read(self, token: str) -> Claims | None:
        """The claims of a token of ours that is good now, else None."""
        if len(token) > MAX_BYTES:
            return None
        try:
            claims = self._verified(token)
        except Exception:  # noqa: BLE001 - PyJWT lets OverflowError, RecursionError … through
            return None
        now, leeway = self.now().timestamp(), self.settings.leeway
        return claims if claims.iat - leeway <= now < claims.exp + leeway else None

    def _verify(self, token: str) -> Claims:
        # Not the times: what is verified once is kept, and `read` looks at the clock each time.
        if not COMPACT.fullmatch(token):  # one token has one spelling
            raise ValueError("it is written otherwise than we do")
        verified = jwt.PyJWS().decode_complete(token, self.key, [ALGORITHM])
        claims = Claims.model_validate(strict_json(verified["payload"]))
        ours = verified["header"] == HEADER and claims.iss == self.settings.issuer
        if not ours or claims.aud != self.settings.audience:
            raise ValueError("it is not ours")
        if not 0 < claims.exp - claims.iat <= LONGEST.total_seconds():
            raise ValueError("it lives too long to be ours")
        return claims
