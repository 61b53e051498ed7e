from typing import Annotated

from fastapi import Path, Query

from uservault.access.guard import requires
from uservault.access.principal import Permission
from uservault.idempotency.endpoint import idempotent
from uservault.kit.problems import problems
from uservault.kit.schema import Message
from uservault.mail.errors import MailNotFailed, MailNotFound
from uservault.mail.reader import MailReader
from uservault.mail.schemas import MailQuery, MailRead
from uservault.mail.service import Mailer
from uservault.web.pagination import Paged
from uservault.web.routing import Router
from uservault.wiring.scope import Inject, Shared

router = Router(prefix="/api/mail", tags=["mail"])

MailId = Annotated[int, Path(ge=1, lt=10**18, description="The e-mail's id.", examples=[1])]


@router.get("", dependencies=[requires(Permission.MAIL_READ)])
async def list_mail(
    query: Annotated[MailQuery, Query()],
    mails: Shared[MailReader],
) -> Paged[MailRead]:
    """List queued, sent and failed e-mails, newest first, without their content."""
    return await mails.page(query)


@router.post(
    "/{id:id}/retry",
    dependencies=[requires(Permission.MAIL_WRITE)],
    responses=problems(MailNotFound, MailNotFailed),
)
@idempotent()
async def retry_mail(id: MailId, mailer: Inject[Mailer]) -> Message:
    """Queue a failed e-mail again. It gets as many tries as a new one."""
    await mailer.retry(id)
    return Message(message="The e-mail is queued again.")
