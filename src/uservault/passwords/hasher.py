"""The one module that knows passlib."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from passlib.context import CryptContext

from uservault.kit.problems import Unavailable
from uservault.settings.passwords import PasswordSettings
from uservault.wiring.ports import Verdict

T = TypeVar("T")
log = logging.getLogger(__name__)

# Hashes that nobody has the password of, at the present cost: a stranger's login takes as long.
NOBODYS = {
    "bcrypt_sha256": f"$bcrypt-sha256$v=2,t=2b,r={{rounds}}${'.' * 22}${'.' * 31}",
    "argon2id": f"$argon2id$v=19$m=19456,t=2,p=1${'A' * 22}${'A' * 43}",
}
SCHEMES = ("bcrypt_sha256", "bcrypt", "argon2")
# OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
ARGON2 = {
    "argon2__type": "ID",
    "argon2__memory_cost": 19456,
    "argon2__time_cost": 2,
    "argon2__parallelism": 1,
}


class TooManyPasswords(Unavailable):
    title = "Too many passwords are being checked."


class PooledHasher:
    """Hashes that cut nothing off a long password, made in a bounded pool of threads.

    What was made by another scheme, or at a lower cost, is verified too, and replaced.
    """

    def __init__(self, settings: PasswordSettings) -> None:
        self._context = _context(settings)
        self._nobodys = NOBODYS[settings.scheme].format(rounds=settings.rounds)
        # Linux gives each thread its own niceness; elsewhere it would slow the whole process.
        initializer = _yield_to_requests if sys.platform == "linux" else None
        self._pool = ThreadPoolExecutor(settings.workers or _cores(), "hasher", initializer)
        self._queue = settings.queue
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Raises TooManyPasswords."""
        return await self._run(lambda: self._context.hash(password))

    async def verify(self, password: str, hash: str | None) -> Verdict:
        """Raises TooManyPasswords."""
        return await self._run(lambda: self._verify(password, hash))

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _verify(self, password: str, hash: str | None) -> Verdict:
        if hash is None or not self._identified(hash):
            self._context.verify(password, self._nobodys)
            return Verdict(False)
        try:
            right, better = self._context.verify_and_update(password, hash)
        except (ValueError, TypeError, RuntimeError) as error:  # damaged, or of an unknown scheme
            log.warning("hash not understood", extra={"reason": type(error).__name__})
            return self._verify(password, None)
        return Verdict(right, better)

    def _identified(self, hash: str) -> bool:
        known = self._context.identify(hash) is not None
        if not known:
            log.error("a password hash of a scheme that is not configured: its user cannot log in")
        return known

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._queue:
            raise TooManyPasswords
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


def _context(settings: PasswordSettings) -> CryptContext:
    costs: dict[str, Any] = ARGON2 | {
        "bcrypt__rounds": settings.rounds,
        "bcrypt_sha256__rounds": settings.rounds,
    }
    ours = "argon2" if settings.scheme == "argon2id" else settings.scheme
    schemes = sorted(SCHEMES, key=lambda scheme: scheme != ours)  # the first makes new hashes
    return CryptContext(schemes, deprecated="auto", **costs)


def _cores() -> int:
    usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
    return len(usable(0))


def _yield_to_requests() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
