"""Sending what is queued: at least once, and never what was not committed."""

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from sqlalchemy import Update, select, update

from uservault.db.errors import ConcurrentChange, DatabaseUnavailable
from uservault.db.unit_of_work import unit_of_work
from uservault.kit.backoff import backoff
from uservault.kit.crypto import random_token
from uservault.mail.models import Mail
from uservault.mail.rendering import Renderer
from uservault.wiring.ports import MailFailure, Resources

log = logging.getLogger(__name__)

FIRST_WAIT = 30.0  # seconds after the first failure; twice as long after each
LONGEST_WAIT = 6 * 3600.0
MARGIN = 40.0  # seconds that a lease outlives its try: clocks may differ by 30 (H12)
NOTE_AGAIN = (0.1, 0.5, 1.0)  # seconds


class Delivery:
    """Takes a few e-mails that are due and sends them at once.

    No connection is held meanwhile. A worker that dies loses its lease, and the e-mail is due
    again: sent twice only if it died after the server took the e-mail and before that was noted.
    """

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.sealer = resources.sealer
        self.transport = resources.mail
        self.now = resources.clock
        self.settings = resources.settings.mail
        self.renderer = resources.shared(Renderer)

    async def run_once(self) -> int:
        """The number of e-mails that were tried."""
        if not await self._any_due():
            return 0
        mails = await self._take()
        tries = [self._try(mail) for mail in mails]
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        for error in outcomes:  # each e-mail was seen to its end: now the first may be raised
            if error:
                raise error
        return len(mails)

    async def _any_due(self) -> bool:
        """A look that locks nothing, for it is the answer most of the time."""
        due = select(Mail.id).where(Mail.next_try_at <= self.now()).limit(1)
        return bool(await self.database.rows(due))

    async def _take(self) -> Sequence[Mail]:
        """Leases e-mails that nobody else is taking. SQLite lets in one writer at a time."""
        now = self.now()
        lease = timedelta(seconds=self.settings.timeout + MARGIN)
        due = select(Mail).where(Mail.next_try_at <= now).order_by(Mail.next_try_at)
        taken = due.limit(self.settings.concurrency).with_for_update(skip_locked=True)
        async with unit_of_work(self.database) as session:
            mails = (await session.scalars(taken)).all()
            for mail in mails:
                mail.next_try_at = now + lease
                mail.leased_by = random_token()
                mail.tries += 1
        return mails

    async def _try(self, mail: Mail) -> None:
        try:
            await self._send(mail)
        except MailFailure as failure:
            await self._note_failure(mail, failure)
        except Exception as error:  # noqa: BLE001 - an e-mail that we cannot write ourselves
            await self._note_failure(mail, MailFailure(type(error).__name__))
        else:
            await self._note_sent(mail)

    async def _send(self, mail: Mail) -> None:
        fields = json.loads(self.sealer.open(mail.sealed or "", mail.purpose))
        await self.transport.send(self.renderer.message(mail, fields))

    async def _note_sent(self, mail: Mail) -> None:
        """Whoever holds the lease by now: it was sent, and what it said is not needed any more."""
        log.info("e-mail sent", extra={"mail": mail.id, "template": mail.template})
        done = {"sent_at": self.now(), "failed_at": None, "sealed": None, "last_error": None}
        await self._note(mail, done)

    async def _note_failure(self, mail: Mail, failure: MailFailure) -> None:
        over = failure.permanent or mail.tries >= self.settings.max_tries
        wait = timedelta(seconds=backoff(mail.tries, FIRST_WAIT, LONGEST_WAIT))
        log.warning(
            "e-mail given up" if over else "e-mail not sent",
            extra={"mail": mail.id, "tries": mail.tries, "reason": failure.reason},
        )
        now = self.now()
        what = {"failed_at": now} if over else {"next_try_at": now + wait}
        await self._note(mail, {"last_error": failure.reason[:64]} | what, leased=True)

    async def _note(self, mail: Mail, what: dict[str, Any], *, leased: bool = False) -> None:
        values = {"next_try_at": None, "leased_by": None} | what
        row = update(Mail).where(Mail.id == mail.id)
        if leased:  # what another worker is trying by now is not ours to delay
            row = row.where(Mail.leased_by == mail.leased_by)
        await self._write(row.values(values))

    async def _write(self, note: Update) -> None:
        """Not given up easily: an e-mail whose sending is not noted is sent again."""
        for wait in NOTE_AGAIN:
            with suppress(DatabaseUnavailable, ConcurrentChange):
                return await self._write_once(note)
            await asyncio.sleep(wait)
        return await self._write_once(note)

    async def _write_once(self, note: Update) -> None:
        async with unit_of_work(self.database) as session:
            await session.execute(note)
