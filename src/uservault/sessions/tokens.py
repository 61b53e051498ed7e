"""Access tokens: JWTs that name a session (RFC 7519; RFC 8725 and RFC 9068 on what to refuse)."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Literal

import jwt
from pydantic import Field

from uservault.keys.keyring import Keyring, Verifier
from uservault.kit.crypto import random_token
from uservault.kit.schema import Schema
from uservault.roles.reader import EffectiveRoles
from uservault.sessions.session_grant import LiveSession
from uservault.settings.tokens import LONGEST
from uservault.web.route import strict_json
from uservault.wiring.ports import Resources

CACHE_SIZE = 10_000  # verified tokens; about 10 MB
MAX_BYTES = 8192  # of a token; ours have some 500, and never more than a header may
MAX_ROLES = 50  # named in a token: with the longest names there are, it keeps to that
COMPACT = re.compile(r"(?:[A-Za-z0-9_-]+\.){2}[A-Za-z0-9_-]+")


class Claims(Schema):
    """Every claim is required, and no other is allowed."""

    iss: str
    aud: str
    typ: Literal["access"]
    sub: str = Field(pattern=r"^[1-9][0-9]{0,17}$")
    sid: str = Field(pattern=r"^[1-9][0-9]{0,17}$")
    jti: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    iat: int
    exp: int
    auth_time: int  # the last proof (OpenID Connect Core §2)
    amr: list[str]  # and its methods (RFC 8176)
    roles: list[str]  # with the permissions, what the user held then, for other services
    permissions: list[str]


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
        self.issuer = self.settings.issuer_at(resources.settings.public_url)
        self.issuers = self.settings.issuers_at(resources.settings.public_url)
        self.now = resources.clock
        self._verified = lru_cache(CACHE_SIZE)(
            self._verify
        )  # keeps no failure: an exception is not kept

    async def prepare(self) -> None:
        """Before the unit of work begins that issues a token: a key may have to be made, which is
        written too, and SQLite has one writer. Raises like `issue`."""
        await self.keys.signer()

    async def issue(self, opened: LiveSession, held: EffectiveRoles) -> AccessToken:
        """Good until its time is up, its session's, or that of a role that it names.

        Raises SigningKeyLost or DatabaseUnavailable.
        """
        return await self._issue(self.settings.audience, self.settings.lifetime, opened, held)

    async def issue_for(
        self, audience: str, opened: LiveSession, held: EffectiveRoles
    ) -> AccessToken:
        """A short token that another service takes and our own API does not. Raises like `issue`.

        `audience` must be another than ours: the settings see to it.
        """
        lifetime = min(self.settings.exchanged_lifetime, self.settings.lifetime)
        return await self._issue(audience, lifetime, opened, held)

    async def _issue(
        self, audience: str, longest: timedelta, opened: LiveSession, held: EffectiveRoles
    ) -> AccessToken:
        signer = await self.keys.signer()
        now = self.now()
        held = held.in_a_token(now)
        most = min(int(longest.total_seconds()), opened.seconds_left)
        lifetime = held.seconds_left(now, most)
        claims = Claims(
            iss=self.issuer,
            aud=audience,
            typ="access",
            sub=str(opened.user_id),
            sid=str(opened.session_id),
            jti=random_token(),
            iat=int(now.timestamp()),
            exp=int(now.timestamp()) + lifetime,
            auth_time=int(opened.authenticated_at.timestamp()),
            amr=list(opened.methods),
            roles=list(held.roles[:MAX_ROLES]),
            permissions=sorted(held.permissions),
        )
        return AccessToken(signer.sign(claims.model_dump()), lifetime)

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
        if not COMPACT.fullmatch(token):  # one token has one spelling
            raise ValueError("it is written otherwise than we do")
        verified = jwt.PyJWS().decode_complete(token, verifier.key, [verifier.algorithm])
        claims = Claims.model_validate(strict_json(verified["payload"]))
        # RFC 8725 §3.11: no other type, no extension, no key of the sender's own.
        ours = verified["header"] == verifier.header and claims.iss in self.issuers
        if not ours or claims.aud != self.settings.audience:
            raise ValueError("it is not ours")
        if not 0 < claims.exp - claims.iat <= LONGEST.total_seconds():
            raise ValueError("it lives too long to be ours")
        return claims
