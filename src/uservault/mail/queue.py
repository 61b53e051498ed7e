from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from uservault.db.unit_of_work import unit_of_work
from uservault.kit.crypto import random_token
from uservault.mail.messages import Family
from uservault.mail.models import Mail
from uservault.wiring.ports import Resources

MARGIN = 40.0  # seconds that a lease is longer than a try: clocks may differ by 30 (H12)


class MailQueue:
    """The e-mails that are due, of which each worker leases a few at a time.

    The families go in their order, so that recovery e-mails do not wait for notices. The last
    place, if there are several, is for whatever has waited longest: no flood of one family keeps
    another waiting for ever.
    """

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.places = resources.settings.mail.concurrency
        self.duration = timedelta(seconds=resources.settings.mail.timeout + MARGIN)

    async def any_due(self) -> bool:
        """A query without locks, because usually nothing is due."""
        due = select(Mail.id).where(Mail.next_try_at <= self.now()).limit(1)
        return bool(await self.database.rows(due))

    async def lease(self) -> Sequence[Mail]:
        """E-mails that are due, except those that another worker is leasing right now."""
        now, ranked = self.now(), max(1, self.places - 1)
        leased: list[Mail] = []
        async with unit_of_work(self.database) as session:
            for family in Family:  # a query each: sorted, MariaDB would lock all that are due
                due = _due(now).where(Mail.priority == family)
                if room := ranked - len(leased):
                    leased += await self._lease(session, due.limit(room), now)
            oldest = _due(now).limit(self.places - len(leased))
            leased += await self._lease(session, oldest, now)
        return leased

    async def _lease(
        self, session: AsyncSession, due: Select[Mail], now: datetime
    ) -> Sequence[Mail]:
        mails = (await session.scalars(due)).all()
        for mail in mails:
            mail.next_try_at = now + self.duration
            mail.leased_by = random_token()
            mail.tries += 1
        await session.flush()
        return mails


def _due(now: datetime) -> Select[Mail]:
    """The oldest first. SQLite ignores the lock; it allows only one writer at a time anyway."""
    oldest = select(Mail).where(Mail.next_try_at <= now).order_by(Mail.next_try_at)
    return oldest.with_for_update(skip_locked=True)
