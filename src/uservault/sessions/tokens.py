"""Access tokens: JWTs that name a user (RFC 7519; RFC 8725 and RFC 9068 on what to refuse)."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, Literal

import jwt
from pydantic import Field

from uservault.keys.ring import Keyring, Verifier
from uservault.kit.crypto import random_token
from uservault.kit.ports import Resources
from uservault.kit.schema import Schema

KEPT = 10_000  # verified tokens; about 10 MB
LONGEST = timedelta(hours=24)
MAX_BYTES = 4096  # of a token; ours have some 400


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
    """Signs and verifies with the keys of the ring, each pinned to its one algorithm."""

    def __init__(self, resources: Resources) -> None:
        self.keys = resources.shared(Keyring)
        self.settings = resources.settings.tokens
        self.now = resources.clock
        self._verified = lru_cache(KEPT)(self._verify)  # keeps no failure: an exception is not kept

    async def issue(self, user_id: int) -> AccessToken:
        """Raises SigningKeyLost or DatabaseUnavailable."""
        signer = await self.keys.signer()
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
        encoded = signer.sign(claims.model_dump())
        return AccessToken(encoded, int(self.settings.lifetime.total_seconds()))

    async def read(self, token: str) -> Claims | None:
        """The claims of a token of ours that is good now, else None. Raises DatabaseUnavailable."""
        if len(token) > MAX_BYTES:
            return None
        if (verifier := await self.keys.verifier(token)) is None:
            return None
        try:
            claims = self._verified(token, verifier)
        except Exception:  # noqa: BLE001 - PyJWT lets OverflowError, RecursionError … through
            return None
        now, leeway = self.now().timestamp(), self.settings.leeway
        return claims if claims.iat - leeway <= now < claims.exp + leeway else None

    def _verify(self, token: str, verifier: Verifier) -> Claims:
        # Not the times: what is verified once is kept, and `read` looks at the clock each time.
        options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        payload = jwt.decode(
            token,
            verifier.key,
            [verifier.algorithm],
            options=options,
            audience=self.settings.audience,
            issuer=self.settings.issuer,
        )
        claims = Claims.model_validate(payload)
        if not 0 < claims.exp - claims.iat <= LONGEST.total_seconds():
            raise ValueError("it lives too long to be ours")
        return claims
