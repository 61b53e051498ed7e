"""What an access token must say (RFC 7519; RFC 8725 and RFC 9068 on what to refuse)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import jwt

from uservault.client.errors import TokenRefused
from uservault.client.principal import Principal

ID = re.compile(r"[1-9][0-9]{0,17}")
JTI = re.compile(r"[A-Za-z0-9_-]{1,64}")
REQUIRED = ["iss", "aud", "typ", "sub", "sid", "jti", "iat", "exp"]
# Not the times, at which we look by our own clock; all else that PyJWT knows of.
OPTIONS: Any = {"require": REQUIRED, "strict_aud": True} | {
    f"verify_{claim}": False for claim in ("exp", "iat", "nbf")
}


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A public key, and the one algorithm that it is good for: a token's header chooses neither."""

    algorithm: str
    public: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`lifetime` is the longest that a token may have, `leeway` what clocks differ; in seconds."""

    issuer: str
    audience: str
    lifetime: float
    leeway: float

    def read(self, token: str, key: Key, now: float) -> Principal:
        """Whom the token names, if it is good at `now`, or TokenRefused: nothing else is raised."""
        try:
            payload = jwt.decode(
                token,
                key.public,
                [key.algorithm],
                options=OPTIONS,
                audience=self.audience,
                issuer=self.issuer,
            )
            self._check(payload, now)
            return _principal(payload)
        except Exception:  # noqa: BLE001 - PyJWT lets OverflowError, RecursionError … through
            raise TokenRefused from None

    def _check(self, claims: Mapping[str, Any], now: float) -> None:
        issued, expires = claims["iat"], claims["exp"]
        if type(issued) is not int or type(expires) is not int:
            raise ValueError("times are whole seconds")
        if not 0 < expires - issued <= self.lifetime:
            raise ValueError("it lives too long to be one of theirs")
        if not issued - self.leeway <= now < expires + self.leeway:
            raise ValueError("it is not good now")
        if claims["typ"] != "access" or not JTI.fullmatch(claims["jti"]):
            raise ValueError("it is no access token")


def _principal(claims: Mapping[str, Any]) -> Principal:
    return Principal(
        user_id=_id(claims["sub"]),
        session_id=_id(claims["sid"]),
        issued_at=claims["iat"],
        roles=_names(claims.get("roles", [])),
        permissions=_names(claims.get("permissions", [])),
        claims=MappingProxyType(dict(claims)),
    )


def _id(value: str) -> int:
    if not ID.fullmatch(value):
        raise ValueError("ids are decimal")
    return int(value)


def _names(value: Any) -> frozenset[str]:
    if type(value) is not list or not all(type(name) is str for name in value):
        raise ValueError("names are a list of strings")
    return frozenset(value)
