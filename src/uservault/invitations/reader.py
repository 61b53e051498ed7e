from pydantic import TypeAdapter
from sqlalchemy import bindparam, select

from uservault.invitations.errors import InvitationNotFound
from uservault.invitations.models import Invitation
from uservault.invitations.schemas import InvitationRead
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.reader import LiveToken, OneTimeTokenReader
from uservault.web.pagination import Page, PageQuery, in_pages, read_page
from uservault.wiring.ports import Resources

READ_COLUMNS = select(*(getattr(Invitation, field) for field in InvitationRead.model_fields))
PAGE = in_pages(READ_COLUMNS, Invitation.id)
MANY = TypeAdapter(list[InvitationRead])
BY_TOKEN = READ_COLUMNS.where(Invitation.one_time_token_id == bindparam("token_id"))


class InvitationReader:
    """Reads invitations, never their tokens."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.one_time_tokens = resources.shared(OneTimeTokenReader)

    async def by_token(self, token: str) -> tuple[InvitationRead, LiveToken]:
        """The invitation, if it has not expired. Raises InvitationNotFound."""
        live = await self.one_time_tokens.live(token, [Purpose.INVITATION])
        rows = await self.database.rows(BY_TOKEN, {"token_id": live.id}) if live else []
        if live is None or not rows:
            raise InvitationNotFound
        return InvitationRead.model_validate(rows[0]), live

    async def page(self, query: PageQuery) -> Page[InvitationRead]:
        """Sorted by id."""
        return await read_page(self.database, PAGE, query, MANY.validate_python)
