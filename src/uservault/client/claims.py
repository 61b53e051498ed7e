"""Checks the claims of an access token (RFC 7519, RFC 8725, RFC 9068)."""

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
# PyJWT checks everything except the times, which we check by our own clock.
OPTIONS: Any = {"require": REQUIRED, "strict_aud": True} | {
    f"verify_{claim}": False for claim in ("exp", "iat", "nbf")
}


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A public key with its only algorithm. A token's header cannot choose another algorithm."""

    algorithm: str
    public: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """In seconds, `lifetime`: the longest life of a token; `leeway`: how far clocks may differ."""

    audience: str
    lifetime: float
    leeway: float

    def read(self, token: str, key: Key, now: float) -> Principal:
        """The principal of the token if it is valid at `now`. Raises only TokenRefused."""
        try:
            payload = jwt.decode(
                token,
                key.public,
                [key.algorithm],
                options=OPTIONS,
                audience=self.audience,
            )
            self._check(payload, now)
            return _principal(payload)
        except Exception:  # noqa: BLE001 - PyJWT lets OverflowError, RecursionError … pass
            raise TokenRefused from None

    def _check(self, claims: Mapping[str, Any], now: float) -> None:
        issued, expires = claims["iat"], claims["exp"]
        if type(issued) is not int or type(expires) is not int:
            raise ValueError("times must be whole seconds")
        if not 0 < expires - issued <= self.lifetime:
            raise ValueError("the lifetime is too long")
        if not issued - self.leeway <= now < expires + self.leeway:
            raise ValueError("the token is not valid now")
        if type(claims["iss"]) is not str:
            raise TypeError("the issuer must be a name")
        if claims["typ"] != "access" or not JTI.fullmatch(claims["jti"]):
            raise ValueError("the token is not an access token")


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
        raise ValueError("ids must be decimal")
    return int(value)


def _names(value: Any) -> frozenset[str]:
    if type(value) is not list or not all(type(name) is str for name in value):
        raise ValueError("names must be a list of strings")
    return frozenset(value)
