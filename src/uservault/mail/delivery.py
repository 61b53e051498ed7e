"""Sends queued e-mails at least once, and only after their unit of work was committed."""

import asyncio
import json
import logging
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Update, update

from uservault.db.errors import ConcurrentChange, DatabaseUnavailable
from uservault.db.unit_of_work import unit_of_work
from uservault.kit.backoff import backoff
from uservault.mail.gate import MailGate
from uservault.mail.messages import LASTS, Family
from uservault.mail.models import Mail
from uservault.mail.queue import MailQueue
from uservault.wiring.ports import MailFailure, Resources

if TYPE_CHECKING:
    from uservault.mail.rendering import Renderer

log = logging.getLogger(__name__)

FIRST_WAIT = 30.0  # seconds after the first failure; doubles with each
EXPIRED = "expired"  # waited longer than its token lasts
LONGEST_WAIT = 6 * 3600.0
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
        self.resources = resources
        self.queue = MailQueue(resources)

    async def run_once(self) -> int:
        """Return the number of e-mails that were tried."""
        if not await self.queue.any_due():
            return 0
        renderer = await asyncio.to_thread(self._renderer)
        mails = await self.queue.lease()
        tries = [self._try(renderer, mail) for mail in mails]
        outcomes = await asyncio.gather(*tries, return_exceptions=True)
        for error in outcomes:  # only now: every try has ended
            if error:
                raise error
        return len(mails)

    def _renderer(self) -> "Renderer":
        # Only a process that sends e-mails needs it: it takes 25 ms and 8 MB to load.
        from uservault.mail.rendering import Renderer  # noqa: PLC0415

        return self.resources.shared(Renderer)

    async def _try(self, renderer: "Renderer", mail: Mail) -> None:
        if self._is_expired(mail):
            await self._record_failure(mail, MailFailure(EXPIRED, permanent=True))
            await self._uncount(mail)
            return
        try:
            await self._send(renderer, mail)
        except MailFailure as failure:
            await self._record_failure(mail, failure)
        except Exception as error:  # noqa: BLE001 - such as an error while rendering
            await self._record_failure(mail, MailFailure(type(error).__name__))
        else:
            await self._record_sent(mail)

    def _is_expired(self, mail: Mail) -> bool:
        """Whether the link in the e-mail has expired while it waited."""
        lasts = LASTS.get(mail.template)
        return bool(lasts and self.now() >= mail.created_at + lasts)

    async def _uncount(self, mail: Mail) -> None:
        """The user did not get it, so it does not keep them from asking for another."""
        gate = self.resources.shared(MailGate)
        await gate.give_back(Family(mail.priority), mail.recipient, mail.created_at)

    async def _send(self, renderer: "Renderer", mail: Mail) -> None:
        fields = json.loads(self.sealer.open(mail.sealed or "", mail.purpose))
        await self.transport.send(renderer.message(mail, fields))

    async def _record_sent(self, mail: Mail) -> None:
        """Holds even if another worker has the lease by now. Deletes the content."""
        log.info("e-mail sent", extra={"mail": mail.id, "template": mail.template})
        sent = {"sent_at": self.now(), "failed_at": None, "sealed": None, "last_error": None}
        await self._record(mail, sent)

    async def _record_failure(self, mail: Mail, failure: MailFailure) -> None:
        final = failure.permanent or mail.tries >= self.settings.max_tries
        wait = timedelta(seconds=backoff(mail.tries, FIRST_WAIT, LONGEST_WAIT))
        facts = {"mail": mail.id, "tries": mail.tries, "reason": failure.reason}
        log.warning(
            "e-mail failed for good" if final else "e-mail not sent, will retry",
            extra=facts | ({"cause": failure.cause} if failure.cause else {}),
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
