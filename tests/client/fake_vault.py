"""A UserVault that does as it is told, behind httpx's transport."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import time
from typing import Any

import httpx
import jwt

from uservault.keys.pairs import KeyPair, generate, private_key


@dataclass
class FakeVault:
    algorithm: str = "EdDSA"
    pairs: list[KeyPair] = field(default_factory=list)
    max_age: str = "public, max-age=60"
    down: bool = False
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)  # instead of the usual
    revocations: list[dict[str, Any]] = field(default_factory=list)
    cursor: int = 0
    logins: int = 0
    live: str = ""  # the access token of the session that is live
    asked: list[httpx.Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rotate()

    def rotate(self) -> KeyPair:
        self.pairs.insert(0, generate(self.algorithm))
        return self.pairs[0]

    def jwk(self, pair: KeyPair) -> dict[str, Any]:
        return pair.public_jwk | {"kid": pair.kid, "alg": self.algorithm, "use": "sig"}

    def token(self, pair: KeyPair | None = None, header: Any = None, **claims: Any) -> str:
        """Of user 7, session 11, unless told otherwise; None takes a claim away."""
        pair = pair or self.pairs[0]
        said = {name: value for name, value in (usual() | claims).items() if value is not None}
        headers = {"kid": pair.kid} | (header or {})
        return jwt.encode(said, private_key(pair.private), self.algorithm, headers=headers)

    def revoke(self, **revocation: Any) -> None:
        self.revocations.append({"at": datetime.now(UTC).isoformat()} | revocation)
        self.cursor += 1

    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.down:
            raise httpx.ConnectError("refused")
        path = request.url.path
        if path in self.answers:
            status, content = self.answers[path]
            return httpx.Response(status, content=content)
        response: httpx.Response = getattr(self, PATHS[path])(request)
        return response

    def _jwks(self, request: httpx.Request) -> httpx.Response:
        tag = f'"{self.pairs[0].kid}"'
        headers = {"ETag": tag, "Cache-Control": self.max_age}
        if request.headers.get("If-None-Match") == tag:
            return httpx.Response(304, headers=headers)
        keys = [self.jwk(pair) for pair in self.pairs]
        return httpx.Response(200, json={"keys": keys}, headers=headers)

    def _metadata(self, _: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"issuer": "uservault"})

    def _login(self, _: httpx.Request) -> httpx.Response:
        self.logins += 1
        return self._granted(f"session-{self.logins}")

    def _refresh(self, request: httpx.Request) -> httpx.Response:
        if not self.live or self.live.encode() not in request.content:
            return httpx.Response(401)
        return self._granted(f"{self.live}'")

    def _granted(self, token: str) -> httpx.Response:
        self.live = token
        granted = {"access_token": token, "refresh_token": f"r-{token}", "expires_in": 900}
        return httpx.Response(200, json=granted)

    def _feed(self, request: httpx.Request) -> httpx.Response:
        if not self.live or request.headers["Authorization"] != f"Bearer {self.live}":
            return httpx.Response(401)
        tag, after = f'"{self.cursor}"', int(request.url.params.get("after", 0))
        if request.headers.get("If-None-Match") == tag:
            return httpx.Response(304)
        body = {"revocations": self.revocations[after : after + 2], "more": False}
        body |= {"cursor": str(min(after + 2, self.cursor)), "more": after + 2 < self.cursor}
        return httpx.Response(200, json=body, headers={"ETag": tag})


PATHS = {
    "/.well-known/jwks.json": "_jwks",
    "/.well-known/oauth-authorization-server": "_metadata",
    "/api/login": "_login",
    "/api/refresh": "_refresh",
    "/api/revocations": "_feed",
}


def usual() -> dict[str, Any]:
    now = int(time())
    return {
        "iss": "uservault",
        "aud": "uservault",
        "typ": "access",
        "sub": "7",
        "sid": "11",
        "jti": "j",
        "iat": now - 5,
        "exp": now + 900,
        "roles": ["support"],
        "permissions": ["users:read"],
    }
