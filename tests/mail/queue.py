"""Letters to try things with."""

from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from tests.fakes import FakeMail
from uservault.events.log import EventLog
from uservault.kit.db import unit_of_work
from uservault.kit.ports import Resources
from uservault.mail.letters import Contents, ResetPassword
from uservault.mail.models import Letter
from uservault.mail.repository import LetterRepository
from uservault.mail.service import Mailer

FAR = "9" * 19
TOKEN = "t0ken-that-nobody-else-may-see"
RESET = ResetPassword(token=TOKEN, username="ada")


def mailer(resources: Resources, session: AsyncSession) -> Mailer:
    events = EventLog(session, resources.clock, resources.sealer)
    return Mailer(
        LetterRepository(session), events, resources.sealer, resources.settings, resources.clock
    )


async def queue(
    resources: Resources, contents: Contents = RESET, to: str = "ada@example.com", **others: Any
) -> int:
    """A letter that is committed; its id."""
    async with unit_of_work(resources.database) as session:
        letter = await mailer(resources, session).queue(contents, to, **others)
    return letter.id


async def letters(resources: Resources, *columns: str) -> list[Any]:
    """Those columns of every letter, in order; just the values if it is one column."""
    wanted = [getattr(Letter, name) for name in columns]
    rows = await resources.database.rows(select(*wanted).order_by(Letter.id))
    return [row[0] if len(row) == 1 else tuple(row) for row in rows]


def outbox(resources: Resources) -> FakeMail:
    return cast("FakeMail", resources.mail)
