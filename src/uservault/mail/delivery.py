"""Sending what is queued: at least once, and never what was not committed."""

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import Update, select, update

from uservault.kit.backoff import backoff
from uservault.kit.crypto import random_token
from uservault.kit.db import unit_of_work
from uservault.kit.outages import ConcurrentChange, DatabaseUnavailable
from uservault.kit.ports import MailFailure, Resources
from uservault.mail.models import Letter
from uservault.mail.rendering import Renderer

log = logging.getLogger(__name__)

FIRST_WAIT = 30.0  # seconds after the first failure; twice as long after each
LONGEST_WAIT = 6 * 3600.0
MARGIN = 40.0  # seconds that a lease outlives its try: clocks may differ by 30 (H12)
NOTE_AGAIN = (0.1, 0.5, 1.0)  # seconds


class Delivery:
    """Takes a few letters that are due and sends them at once.

    No connection is held meanwhile. A worker that dies loses its lease, and the letter is due
    again: sent twice only if it died after the server took the letter and before that was noted.
    """

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.sealer = resources.sealer
        self.transport = resources.mail
        self.now = resources.clock
        self.settings = resources.settings.mail
        self.renderer = resources.shared(Renderer)

    async def run_once(self) -> int:
        """The number of letters that were tried."""
        if not await self._any_due():
            return 0
        letters = await self._take()
        tries = [self._try(letter) for letter in letters]
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        for error in outcomes:  # each letter was seen to its end: now the first may be raised
            if error:
                raise error
        return len(letters)

    async def _any_due(self) -> bool:
        """A look that locks nothing, for it is the answer most of the time."""
        due = select(Letter.id).where(Letter.next_try_at <= self.now()).limit(1)
        return bool(await self.database.rows(due))

    async def _take(self) -> Sequence[Letter]:
        """Leases letters that nobody else is taking. SQLite lets in one writer at a time."""
        now = self.now()
        lease = timedelta(seconds=self.settings.timeout + MARGIN)
        due = select(Letter).where(Letter.next_try_at <= now).order_by(Letter.next_try_at)
        taken = due.limit(self.settings.concurrency).with_for_update(skip_locked=True)
        async with unit_of_work(self.database) as session:
            letters = (await session.scalars(taken)).all()
            for letter in letters:
                letter.next_try_at = now + lease
                letter.leased_by = random_token()
                letter.tries += 1
        return letters

    async def _try(self, letter: Letter) -> None:
        try:
            await self._send(letter)
        except MailFailure as failure:
            await self._note_failure(letter, failure)
        except Exception as error:  # noqa: BLE001 - a letter that we cannot write ourselves
            await self._note_failure(letter, MailFailure(type(error).__name__))
        else:
            await self._note_sent(letter)

    async def _send(self, letter: Letter) -> None:
        fields = json.loads(self.sealer.open(letter.sealed or "", letter.purpose))
        await self.transport.send(self.renderer.message(letter, fields))

    async def _note_sent(self, letter: Letter) -> None:
        """Whoever holds the lease by now: it was sent, and what it said is not needed any more."""
        log.info("letter sent", extra={"letter": letter.id, "template": letter.template})
        done = {"sent_at": self.now(), "failed_at": None, "sealed": None, "last_error": None}
        await self._note(letter, done)

    async def _note_failure(self, letter: Letter, failure: MailFailure) -> None:
        over = failure.permanent or letter.tries >= self.settings.max_tries
        wait = timedelta(seconds=backoff(letter.tries, FIRST_WAIT, LONGEST_WAIT))
        log.warning(
            "letter given up" if over else "letter not sent",
            extra={"letter": letter.id, "tries": letter.tries, "reason": failure.reason},
        )
        now = self.now()
        what = {"failed_at": now} if over else {"next_try_at": now + wait}
        await self._note(letter, {"last_error": failure.reason[:64]} | what, leased=True)

    async def _note(self, letter: Letter, what: dict[str, Any], *, leased: bool = False) -> None:
        values = {"next_try_at": None, "leased_by": None} | what
        row = update(Letter).where(Letter.id == letter.id)
        if leased:  # what another worker is trying by now is not ours to delay
            row = row.where(Letter.leased_by == letter.leased_by)
        await self._write(row.values(values))

    async def _write(self, note: Update) -> None:
        """Not given up easily: a letter whose sending is not noted is sent again."""
        for wait in NOTE_AGAIN:
            with suppress(DatabaseUnavailable, ConcurrentChange):
                return await self._write_once(note)
            await asyncio.sleep(wait)
        return await self._write_once(note)

    async def _write_once(self, note: Update) -> None:
        async with unit_of_work(self.database) as session:
            await session.execute(note)
