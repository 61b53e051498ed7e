"""What other services need to verify our tokens; public, like the keys in it."""

from typing import Any

from fastapi import APIRouter, Response, status

from uservault.access.guard import TOKEN_URL
from uservault.db.errors import DatabaseUnavailable
from uservault.keys.keyring import Keyring
from uservault.keys.schemas import KeySet, PublicKey, ServerMetadata
from uservault.kit.crypto import digest
from uservault.kit.problems import problems
from uservault.web.etag import IfNoneMatch
from uservault.web.headers import headers
from uservault.wiring.scope import CurrentSettings, Shared

JWKS_URL = "/.well-known/jwks.json"

router = APIRouter(tags=["keys"])

CACHED = headers("ETag", "Cache-Control")
UNCHANGED = {"description": "You have this set of keys already."} | CACHED


@router.get(
    JWKS_URL,
    response_model=KeySet,
    response_model_exclude_none=True,
    responses=problems(DatabaseUnavailable) | {200: CACHED, 304: UNCHANGED},
)
async def get_jwks(keyring: Shared[Keyring], is_known: IfNoneMatch, response: Response) -> Any:
    """The keys that verify our access tokens, the next one included (RFC 7517).

    Pick the key by the token's `kid`, and verify with that key's `alg` only. Ask again when the
    time of Cache-Control is over, or a `kid` is unknown, but then not more than every few seconds.
    """
    keys = await keyring.published()
    tag = f'"{digest(" ".join(key.kid for key in keys))[:32]}"'  # a key's name is its content
    seconds = int(keyring.kept_elsewhere.total_seconds())
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={seconds}"}
    if is_known(tag):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    response.headers.update(headers)
    return KeySet(keys=[_shown(key) for key in keys])


@router.get("/.well-known/oauth-authorization-server", responses={200: headers("Cache-Control")})
async def get_server_metadata(settings: CurrentSettings, response: Response) -> ServerMetadata:
    """Where clients get tokens and the keys that verify them (RFC 8414)."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return ServerMetadata(
        issuer=settings.tokens.issuer,
        jwks_uri=settings.base_url + JWKS_URL,
        token_endpoint=settings.base_url + TOKEN_URL,
        token_endpoint_auth_methods_supported=["none"],
        grant_types_supported=["password", "refresh_token"],
        response_types_supported=[],
    )


def _shown(key: Any) -> PublicKey:
    return PublicKey(kid=key.kid, alg=key.algorithm, **key.public_jwk)
