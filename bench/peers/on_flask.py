"""The old service: Flask, Flask-SQLAlchemy, Flask-JWT-Extended, Werkzeug's hashes, gunicorn."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from time import time

import jwt
import uvloop

from bench.filling import TOKEN_LIFETIME, email, username
from bench.hashing import login_request
from bench.load import get
from bench.peers.database import Database
from bench.peers.peer import Peer
from bench.peers.service import Requests, Service, asking, late_page
from bench.stage import Stage
from tests.support.databases import SECRET

COLUMNS = ("id", "username", "email", "password_hash")
# Threads, because gunicorn's sync workers close the connection after each answer. Of 1 to 3 workers
# with 4 to 32 threads on one CPU, those with one worker read at the least cost. Their reads waited
# long for logins with 4 threads, and little with 16.
GUNICORN = ("gunicorn", "--chdir", "{code}", "--bind", "127.0.0.1:{port}", "--workers", 1,
            "--threads", 16, "--keep-alive", 75, "app:app")  # fmt: skip


@contextmanager
def flask(stage: Stage, users: int) -> Iterator[Service]:
    database = Database(stage, "flask", users)
    url = uvloop.run(database.url())
    driver = url.replace("postgresql:", "postgresql+psycopg2:")
    peer = Peer("flask", {"DATABASE_URL": driver, "JWT_SECRET_KEY": SECRET})
    hash = peer.hash()
    with peer.running(*GUNICORN) as server:
        rows = ((id, username(id), email(id), hash) for id in range(1, users + 1))
        uvloop.run(database.fill(url, COLUMNS, rows))
        requests = _requests(asking(stage, users), users)
        yield Service("Flask", server, requests, partial(peer.alone, hash))


def _requests(ids: Sequence[int], users: int) -> Requests:
    tokens = [_token(id) for id in ids]
    return Requests(
        own=[get(f"/api/users/{id}", token) for id, token in zip(ids, tokens, strict=True)],
        others=[get(f"/api/users/{id}", tokens[0]) for id in ids],
        first=[get("/api/users", tokens[0])],
        late=[get(f"/api/users?page={late_page(users)}", tokens[0])],
        logins=[login_request(username(id)) for id in ids],
    )


def _token(id: int) -> str:
    """As a login gives it."""
    now = int(time())
    times = {"iat": now, "nbf": now, "exp": now + TOKEN_LIFETIME}
    claims = {"fresh": False, "jti": str(id), "type": "access", "sub": str(id)}
    return jwt.encode(claims | times, SECRET)
