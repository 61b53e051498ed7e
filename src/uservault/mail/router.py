from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from uservault.access.guard import requires
from uservault.access.principal import Permission
from uservault.kit.page import LINKED
from uservault.kit.problems import problems
from uservault.kit.route import Route
from uservault.kit.schema import Message
from uservault.kit.wiring import Inject, Shared
from uservault.mail.errors import LetterNotFailed, LetterNotFound
from uservault.mail.reader import LetterReader
from uservault.mail.schemas import LetterQuery, LetterRead
from uservault.mail.service import Mailer

router = APIRouter(prefix="/api/mail", tags=["mail"], route_class=Route)

LetterId = Annotated[int, Path(ge=1, lt=10**18, description="The letter's id.", examples=[1])]


@router.get("", dependencies=[requires(Permission.MAIL_READ)], responses={200: LINKED})
async def list_mail(
    query: Annotated[LetterQuery, Query()],
    letters: Shared[LetterReader],
    request: Request,
    response: Response,
) -> Sequence[LetterRead]:
    """A page of letters, the newest first: what waits, what was sent, what was given up."""
    page = await letters.page(query)
    return page.link(request, response)


@router.post(
    "/{id:id}/retry",
    dependencies=[requires(Permission.MAIL_WRITE)],
    responses=problems(LetterNotFound, LetterNotFailed),
)
async def retry_mail(id: LetterId, mailer: Inject[Mailer]) -> Message:
    """Queue a letter again that was given up; it gets as many tries as a new one."""
    await mailer.retry(id)
    return Message(message="The letter is queued again.")
