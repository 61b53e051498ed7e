"""E-mails to try things with."""

from typing import Any, cast

from sqlalchemy import select

from tests.support.fakes import FakeMail
from uservault.mail.messages import Contents, ResetPassword
from uservault.mail.models import Mail
from uservault.mail.recipient import Recipient
from uservault.mail.service import Mailer
from uservault.wiring.ports import MailFailure, Resources
from uservault.wiring.scope import Scope, scope

LATER = MailFailure("SMTPDataError 451")
NEVER = MailFailure("SMTPRecipientsRefused 550", permanent=True)
FAR = "9" * 19
TOKEN = "t0ken-that-nobody-else-may-see"
RESET = ResetPassword(token=TOKEN, username="ada")


async def queue(
    resources: Resources, contents: Contents = RESET, to: str = "ada@example.com", **others: Any
) -> int:
    """An e-mail that is committed; its id."""
    async with scope(resources) as made:
        mail = await put(made, contents, Recipient(to, **others))
    return mail.id


async def put(made: Scope, contents: Contents, to: Recipient) -> Mail:
    """An e-mail that is not committed yet."""
    mailer = made.get(Mailer)
    return await mailer.queue(contents, await mailer.admit(type(contents), to))


async def mails(resources: Resources, *columns: str) -> list[Any]:
    """Those columns of every e-mail, in order; just the values if it is one column."""
    wanted = [getattr(Mail, name) for name in columns]
    rows = await resources.database.rows(select(*wanted).order_by(Mail.id))
    return [row[0] if len(row) == 1 else tuple(row) for row in rows]


def outbox(resources: Resources) -> FakeMail:
    return cast("FakeMail", resources.mail)
