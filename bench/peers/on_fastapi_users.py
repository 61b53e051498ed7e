"""fastapi-users as its documentation shows it: async SQLAlchemy, asyncpg, JWT, uvicorn."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from time import time
from urllib.parse import urlencode

import jwt
import uvloop

from bench.filling import PASSWORD, TOKEN_LIFETIME, email
from bench.load import get
from bench.peers.database import Database
from bench.peers.peer import Peer
from bench.peers.service import Requests, Service, asking, late_page
from bench.stage import Stage
from tests.support.databases import SECRET
from uservault.kit.urls import async_url

COLUMNS = ("id", "email", "hashed_password", "is_active", "is_superuser", "is_verified")
AUDIENCE = ["fastapi-users:auth"]
UVICORN = ("uvicorn", "app:app", "--app-dir", "{code}", "--port", "{port}", "--loop", "uvloop",
           "--http", "httptools", "--timeout-keep-alive", 75, "--no-access-log",
           "--log-level", "warning")  # fmt: skip


@contextmanager
def fastapi_users(stage: Stage, users: int) -> Iterator[Service]:
    database = Database(stage, "fastapi_users", users)
    url = uvloop.run(database.url())
    settings = {
        "DATABASE_URL": async_url(url).render_as_string(hide_password=False),
        "BCRYPT_ROUNDS": str(stage.sizes.cost),
    }
    peer = Peer("fastapi_users", settings | {"JWT_SECRET_KEY": SECRET})
    hash = peer.hash()
    with peer.running(*UVICORN) as server:
        rows = ((id, email(id), hash, True, id == 1, True) for id in range(1, users + 1))
        uvloop.run(database.fill(url, COLUMNS, rows))
        requests = _requests(asking(stage, users), users)
        yield Service("fastapi-users", server, requests, partial(peer.alone, hash))


def _requests(ids: Sequence[int], users: int) -> Requests:
    """The first user is the superuser, who alone may read others."""
    tokens = [_token(id) for id in ids]
    return Requests(
        own=[get("/users/me", token) for token in tokens],
        others=[get(f"/users/{id}", tokens[0]) for id in ids],
        first=[get("/users", tokens[0])],
        late=[get(f"/users?page={late_page(users)}", tokens[0])],
        logins=[_login(email(id)) for id in ids],
    )


def _token(id: int) -> str:
    """As a login gives it."""
    claims = {"sub": str(id), "aud": AUDIENCE, "exp": int(time()) + TOKEN_LIFETIME}
    return jwt.encode(claims, SECRET)


def _login(name: str) -> bytes:
    body = urlencode({"username": name, "password": PASSWORD})
    return (
        "POST /auth/jwt/login HTTP/1.1\r\nHost: bench\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
