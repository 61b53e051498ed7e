"""E-mails to try things with."""

from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.fakes import FakeMail
from uservault.db.unit_of_work import unit_of_work
from uservault.events.log import EventLog
from uservault.mail.messages import Contents, ResetPassword
from uservault.mail.models import Mail
from uservault.mail.repository import MailRepository
from uservault.mail.service import Mailer
from uservault.wiring.ports import Resources

FAR = "9" * 19
TOKEN = "t0ken-that-nobody-else-may-see"
RESET = ResetPassword(token=TOKEN, username="ada")


def mailer(resources: Resources, session: AsyncSession) -> Mailer:
    events = EventLog(session, resources.clock, resources.sealer)
    return Mailer(
        MailRepository(session), events, resources.sealer, resources.settings, resources.clock
    )


async def queue(
    resources: Resources, contents: Contents = RESET, to: str = "ada@example.com", **others: Any
) -> int:
    """An e-mail that is committed; its id."""
    async with unit_of_work(resources.database) as session:
        mail = await mailer(resources, session).queue(contents, to, **others)
    return mail.id


async def mails(resources: Resources, *columns: str) -> list[Any]:
    """Those columns of every e-mail, in order; just the values if it is one column."""
    wanted = [getattr(Mail, name) for name in columns]
    rows = await resources.database.rows(select(*wanted).order_by(Mail.id))
    return [row[0] if len(row) == 1 else tuple(row) for row in rows]


def outbox(resources: Resources) -> FakeMail:
    return cast("FakeMail", resources.mail)
