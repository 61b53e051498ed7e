"""Password hashing."""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from uservault.kit.problems import Unavailable
from uservault.passwords.composed import composed
from uservault.passwords.costs import DUMMY_ARGON2, DUMMY_BCRYPT, dummy_like
from uservault.passwords.foreign.formats import FORMATS, NONE, recognise, recognised
from uservault.passwords.foreign.refusals import HashRefused
from uservault.passwords.library import CryptContext
from uservault.settings.passwords import PasswordSettings
from uservault.wiring.ports import Verdict

T = TypeVar("T")
log = logging.getLogger(__name__)

SCHEMES = ("bcrypt_sha256", "bcrypt", "argon2")
# OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane.
ARGON2 = {
    "argon2__type": "ID",
    "argon2__memory_cost": 19456,
    "argon2__time_cost": 2,
    "argon2__parallelism": 1,
}


DUMMIES = {
    "bcrypt_sha256": DUMMY_BCRYPT,
    "argon2id": DUMMY_ARGON2.format("$argon2id$v=19$m=19456,t=2,p=1$"),
}
MAX_DUMMIES = 9  # the current cost and eight others: a refusal takes a bounded time
# Damaged, or its library is not installed.
UNREADABLE = (HashRefused, ValueError, TypeError, RuntimeError)


class TooManyPasswords(Unavailable):
    title = "Too many passwords are being checked."


class PooledHasher:
    """Hashes whole passwords, however long, in a bounded pool of threads.

    Hashes by another scheme or with another cost are verified too, and `verify` returns an upgrade.
    A refusal takes as long for a user as for nobody: see `_burn`.
    """

    def __init__(self, settings: PasswordSettings) -> None:
        self._context = _context(settings)
        self._dummies: tuple[str, ...] = (DUMMIES[settings.scheme].format(settings.rounds),)
        # Niceness is per thread on Linux; elsewhere it would slow the whole process.
        initializer = _yield_to_requests if sys.platform == "linux" else None
        self._pool = ThreadPoolExecutor(settings.workers or usable_cores(), "hasher", initializer)
        self._queue = settings.queue
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Raises TooManyPasswords."""
        return await self.run(lambda: self._context.hash(composed(password)))

    async def verify(self, password: str, hash: str | None) -> Verdict:
        """Raises TooManyPasswords."""
        if hash:
            self._learn(hash)
        return await self.run(lambda: self._verify_both(password, hash))

    def reason_against(self, hash: str) -> str | None:
        try:
            recognise(hash)
        except HashRefused as refused:
            return str(refused)
        return None

    def expect(self, hashes: Iterable[str]) -> None:
        """Forget what else was learnt: a cost that is no longer stored burns no more time."""
        self._dummies = self._dummies[:1]
        for hash in hashes:
            self._learn(hash)

    async def load(self) -> None:
        """Let passlib find its backend and try it. Takes 30 ms.

        Not in the pool: what runs Python at a low priority keeps every thread waiting.
        """
        with suppress(*UNREADABLE):  # whoever needs the library is told
            await asyncio.to_thread(lambda: self._context.handler().get_backend())

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def _learn(self, hash: str) -> None:
        dummy = _dummy_like(hash)
        if dummy and dummy not in self._dummies and len(self._dummies) < MAX_DUMMIES:
            self._dummies = (*self._dummies, dummy)

    def _verify_both(self, password: str, hash: str | None) -> Verdict:
        """In one form, and as typed: as it was hashed by earlier versions and other software.

        How much is computed depends on what was typed alone, also for an unknown user (B2).
        """
        one_form = composed(password)
        verdict = self._verify(one_form, hash)
        if verdict.right or one_form == password:
            return verdict
        as_typed = self._verify(password, hash).right
        return Verdict(as_typed, self._context.hash(one_form) if as_typed else None)

    def _verify(self, password: str, hash: str | None) -> Verdict:
        if hash is None or not _is_known(hash):
            self._burn(password)
            return Verdict(False)
        try:
            right, upgraded = self._compare(password, hash)
        except UNREADABLE as error:
            log.warning("cannot read a password hash", extra={"reason": type(error).__name__})
            return self._verify(password, None)
        if not right:
            self._burn(password, but=_dummy_like(hash))
        return Verdict(right, upgraded)

    def _burn(self, password: str, but: str | None = None) -> None:
        """Verifies one hash of each cost that is stored. A wrong password has had its own, so that
        every refusal computes the same, whatever the user's hash, and without one (I13)."""
        for dummy in self._dummies:
            if dummy != but:
                with suppress(*UNREADABLE):
                    self._compare(password, dummy)

    def _compare(self, password: str, hash: str) -> tuple[bool, str | None]:
        """Whether the password is right; if so, a better hash of it. A foreign one becomes ours."""
        if self._context.identify(hash):
            right, better = self._context.verify_and_update(password, hash)
            return bool(right), better
        right = recognise(hash).compare(password, NONE)
        return right, self._context.hash(password) if right else None

    async def run(self, work: Callable[[], T]) -> T:
        """Raises TooManyPasswords."""
        if self._waiting >= self._queue:
            raise TooManyPasswords
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


def _dummy_like(hash: str) -> str | None:
    if own := dummy_like(hash):
        return own
    known = recognised(hash)
    return known.dummy if known else None


def _is_known(hash: str) -> bool:
    known = hash.startswith(tuple(FORMATS))
    if not known:
        log.error("a password hash has an unknown scheme: its user cannot log in")
    return known


def _context(settings: PasswordSettings) -> CryptContext:
    costs: dict[str, Any] = ARGON2 | {
        "bcrypt__rounds": settings.rounds,
        "bcrypt_sha256__rounds": settings.rounds,
    }
    preferred = "argon2" if settings.scheme == "argon2id" else settings.scheme
    # The first scheme hashes new passwords.
    schemes = sorted(SCHEMES, key=lambda scheme: scheme != preferred)
    return CryptContext(schemes, deprecated="auto", **costs)


def hashing(settings: PasswordSettings) -> Callable[[str], str]:
    """Hashes at once, without the pool: to measure it."""
    hash: Callable[[str], str] = _context(settings).hash
    return hash


def usable_cores() -> int:
    usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
    return len(usable(0))


def _yield_to_requests() -> None:
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 19)
