"""Public documents that other services need to verify our tokens."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response, status
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from uservault.access.guard import TOKEN_EXCHANGE, TOKEN_URL
from uservault.db.errors import DatabaseUnavailable
from uservault.keys.keyring import Keyring
from uservault.keys.schemas import KeySet, PublicKey, ServerMetadata
from uservault.kit.crypto import digest
from uservault.kit.problems import NotFound, problems
from uservault.settings.tree import Settings
from uservault.web.etag import IfNoneMatch
from uservault.web.headers import headers
from uservault.web.routing import Router
from uservault.wiring.scope import CurrentSettings, Shared

JWKS_URL = "/.well-known/jwks.json"
METADATA_URL = "/.well-known/oauth-authorization-server"
REVOCATION_URL = "/api/revoke"

router = Router(route_class=APIRoute, tags=["keys"])

CACHED = headers("ETag", "Cache-Control")
METADATA_CACHED = {"Cache-Control": "public, max-age=60"}
UNCHANGED = {"description": "The set of keys has not changed."} | CACHED


@router.get(
    JWKS_URL,
    response_model=KeySet,
    response_model_exclude_none=True,
    responses=problems(DatabaseUnavailable) | {200: CACHED, 304: UNCHANGED},
)
async def get_jwks(keyring: Shared[Keyring], is_known: IfNoneMatch, response: Response) -> Any:
    """Get the public keys that verify our access tokens, including the next one (RFC 7517).

    Select the key by the token's `kid`, and verify with its `alg` only. Fetch the keys again when
    Cache-Control expires or a `kid` is unknown, at most every few seconds.
    """
    keys = await keyring.published()
    tag = f'"{digest(" ".join(key.kid for key in keys))[:32]}"'  # a kid identifies the content
    seconds = int(keyring.kept_elsewhere.total_seconds())
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={seconds}"}
    if is_known(tag):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    response.headers.update(headers)
    return KeySet(keys=[_to_read(key) for key in keys])


@router.get(METADATA_URL, responses={200: headers("Cache-Control")})
async def get_server_metadata(settings: CurrentSettings, response: Response) -> ServerMetadata:
    """Get the OAuth 2.0 metadata: the URLs of tokens and keys (RFC 8414)."""
    response.headers.update(METADATA_CACHED)
    return _metadata(settings)


async def _get_server_metadata_of_path(request: Request) -> Response:
    """The same, where clients look that know an issuer with a path (RFC 8414 §3.1)."""
    settings = request.app.state.resources.settings
    issuer = urlsplit(settings.tokens.issuer_at(settings.public_url))
    if request.path_params["path"] != issuer.path.strip("/"):
        raise NotFound
    return JSONResponse(_metadata(settings).model_dump(), headers=METADATA_CACHED)


router.add_route(
    METADATA_URL + "/{path:path}", _get_server_metadata_of_path, include_in_schema=False
)


def _metadata(settings: Settings) -> ServerMetadata:
    return ServerMetadata(
        issuer=settings.tokens.issuer_at(settings.public_url),
        jwks_uri=settings.base_url + JWKS_URL,
        token_endpoint=settings.base_url + TOKEN_URL,
        revocation_endpoint=settings.base_url + REVOCATION_URL,
        token_endpoint_auth_methods_supported=["none"],
        grant_types_supported=["password", "refresh_token", TOKEN_EXCHANGE],
        response_types_supported=[],
    )


def _to_read(key: Any) -> PublicKey:
    return PublicKey(kid=key.kid, alg=key.algorithm, **key.public_jwk)
