"""UserVault as it is, beside the others."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

import uvloop

from bench import processes
from bench.filling import PASSWORD, username
from bench.hashing import login_request
from bench.load import get
from bench.minting import mint
from bench.peers.service import PER_PAGE, Requests, Service, asking
from bench.processes import SERVED_ON, pinned
from bench.stage import Stage
from uservault.passwords.hasher import PooledHasher
from uservault.settings.passwords import PasswordSettings


@contextmanager
def ours(stage: Stage, users: int) -> Iterator[Service]:
    settings = stage.database("postgresql", users)
    minted = uvloop.run(mint(settings, asking(stage, users)))
    requests = _requests([each.access_token for each in minted], users)

    def alone(number: int) -> float:
        with pinned(SERVED_ON):
            return uvloop.run(_verifying(settings.passwords, number))

    with processes.uservault(settings) as server:
        yield Service("UserVault", server, requests, alone)


def _requests(tokens: Sequence[str], users: int) -> Requests:
    administrator = tokens[0]
    page = f"/api/users?limit={PER_PAGE}"
    return Requests(
        own=[get(f"/api/users/{id}", token) for id, token in enumerate(tokens, 1)],
        others=[get(f"/api/users/{id}", administrator) for id, _ in enumerate(tokens, 1)],
        first=[get(page, administrator)],
        late=[get(f"{page}&cursor={users * 9 // 10}", administrator)],
        logins=[login_request(username(id)) for id, _ in enumerate(tokens, 1)],
    )


async def _verifying(settings: PasswordSettings, number: int) -> float:
    """Seconds, one after the other."""
    hasher = PooledHasher(settings)
    try:
        hash = await hasher.hash(PASSWORD)
        began = perf_counter()
        for _ in range(number):
            await hasher.verify(PASSWORD, hash)
        return perf_counter() - began
    finally:
        hasher.close()
