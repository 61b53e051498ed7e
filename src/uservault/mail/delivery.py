"""Sends queued e-mails at least once, and only after their unit of work was committed."""

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

FIRST_WAIT = 30.0  # seconds after the first failure; doubles with each
LONGEST_WAIT = 6 * 3600.0
MARGIN = 40.0  # seconds that a lease is longer than a try: clocks may differ by 30 (H12)
WRITE_AGAIN = (0.1, 0.5, 1.0)  # seconds between tries to record an outcome


class Delivery:
    """Leases a few e-mails that are due and sends them concurrently.

    Holds no database connection while it sends. If a worker dies, its lease ends and the e-mail is
    due again. It is sent twice only if the worker died between the server's acceptance and the
    record of it.
    """

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.sealer = resources.sealer
        self.transport = resources.mail
        self.now = resources.clock
        self.settings = resources.settings.mail
        self.renderer = resources.shared(Renderer)

    async def run_once(self) -> int:
        """Return the number of e-mails that were tried."""
        if not await self._any_due():
            return 0
        mails = await self._lease()
        tries = [self._try(mail) for mail in mails]
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        for error in outcomes:  # only now: every try has ended
            if error:
                raise error
        return len(mails)

    async def _any_due(self) -> bool:
        """A query without locks, because usually nothing is due."""
        due = select(Mail.id).where(Mail.next_try_at <= self.now()).limit(1)
        return bool(await self.database.rows(due))

    async def _lease(self) -> Sequence[Mail]:
        """Lease e-mails, except those that another worker is leasing right now."""
        now = self.now()
        lease = timedelta(seconds=self.settings.timeout + MARGIN)
        due = select(Mail).where(Mail.next_try_at <= now).order_by(Mail.next_try_at)
        # SQLite ignores the lock; it allows only one writer at a time anyway.
        free = due.limit(self.settings.concurrency).with_for_update(skip_locked=True)
        async with unit_of_work(self.database) as session:
            mails = (await session.scalars(free)).all()
            for mail in mails:
                mail.next_try_at = now + lease
                mail.leased_by = random_token()
                mail.tries += 1
        return mails

    async def _try(self, mail: Mail) -> None:
        try:
            await self._send(mail)
        except MailFailure as failure:
            await self._record_failure(mail, failure)
        except Exception as error:  # noqa: BLE001 - such as an error while rendering
            await self._record_failure(mail, MailFailure(type(error).__name__))
        else:
            await self._record_sent(mail)

    async def _send(self, mail: Mail) -> None:
        fields = json.loads(self.sealer.open(mail.sealed or "", mail.purpose))
        await self.transport.send(self.renderer.message(mail, fields))

    async def _record_sent(self, mail: Mail) -> None:
        """Holds even if another worker has the lease by now. Deletes the content."""
        log.info("e-mail sent", extra={"mail": mail.id, "template": mail.template})
        sent = {"sent_at": self.now(), "failed_at": None, "sealed": None, "last_error": None}
        await self._record(mail, sent)

    async def _record_failure(self, mail: Mail, failure: MailFailure) -> None:
        final = failure.permanent or mail.tries >= self.settings.max_tries
        wait = timedelta(seconds=backoff(mail.tries, FIRST_WAIT, LONGEST_WAIT))
        log.warning(
            "e-mail failed for good" if final else "e-mail not sent, will retry",
            extra={"mail": mail.id, "tries": mail.tries, "reason": failure.reason},
        )
        now = self.now()
        outcome = {"failed_at": now} if final else {"next_try_at": now + wait}
        await self._record(mail, {"last_error": failure.reason[:64]} | outcome, leased=True)

    async def _record(self, mail: Mail, outcome: dict[str, Any], *, leased: bool = False) -> None:
        values = {"next_try_at": None, "leased_by": None} | outcome
        row = update(Mail).where(Mail.id == mail.id)
        if leased:  # do not delay an e-mail that another worker is trying by now
            row = row.where(Mail.leased_by == mail.leased_by)
        await self._write(row.values(values))

    async def _write(self, change: Update) -> None:
        """Retries, because an e-mail without a record of its sending is sent again."""
        for wait in WRITE_AGAIN:
            with suppress(DatabaseUnavailable, ConcurrentChange):
                return await self._write_once(change)
            await asyncio.sleep(wait)
        return await self._write_once(change)

    async def _write_once(self, change: Update) -> None:
        async with unit_of_work(self.database) as session:
            await session.execute(change)
