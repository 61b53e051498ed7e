"""Password hashing. No other module imports passlib."""

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

# No password matches these hashes. Logins without an account are verified against them, at the
# current cost, so that they take as long as others.
DUMMY_HASHES = {
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
    """Hashes whole passwords, however long, in a bounded pool of threads.

    Hashes by another scheme or with a lower cost are verified too, and `verify` returns an upgrade.
    """

    def __init__(self, settings: PasswordSettings) -> None:
        self._context = _context(settings)
        self._dummy_hash = DUMMY_HASHES[settings.scheme].format(rounds=settings.rounds)
        # Niceness is per thread on Linux; elsewhere it would slow the whole process.
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
        if hash is None or not self._is_known(hash):
            self._context.verify(password, self._dummy_hash)
            return Verdict(False)
        try:
            right, upgraded = self._context.verify_and_update(password, hash)
            if not right:
                self._burn_difference(password, hash)
        except (ValueError, TypeError, RuntimeError) as error:  # damaged or not supported
            log.warning("cannot read a password hash", extra={"reason": type(error).__name__})
            return self._verify(password, None)
        return Verdict(right, upgraded)

    def _burn_difference(self, password: str, hash: str) -> None:
        """Makes a wrong password take as long as an unknown user, though the hash is of a lower
        cost (I13). Each cost of bcrypt is twice the one before: 10, then 10 and 11, make 12."""
        if not self._is_bcrypt(self._dummy_hash) or not self._context.needs_update(hash):
            return
        old = self._rounds_of(hash) if self._is_bcrypt(hash) else None
        if old is None:
            self._context.verify(password, self._dummy_hash)
            return
        for rounds in range(old, self._rounds_of(self._dummy_hash)):
            dummy = DUMMY_HASHES["bcrypt_sha256"].format(rounds=rounds)
            self._context.verify(password, dummy)

    def _is_bcrypt(self, hash: str) -> bool:
        return str(self._context.identify(hash)).startswith("bcrypt")

    def _rounds_of(self, hash: str) -> int:
        rounds: int = self._context.handler(self._context.identify(hash)).from_string(hash).rounds
        return rounds

    def _is_known(self, hash: str) -> bool:
        known = self._context.identify(hash) is not None
        if not known:
            log.error("a password hash has an unknown scheme: its user cannot log in")
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
    preferred = "argon2" if settings.scheme == "argon2id" else settings.scheme
    # The first scheme hashes new passwords.
    schemes = sorted(SCHEMES, key=lambda scheme: scheme != preferred)
    return CryptContext(schemes, deprecated="auto", **costs)


def _cores() -> int:
    usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
    return len(usable(0))


def _yield_to_requests() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
