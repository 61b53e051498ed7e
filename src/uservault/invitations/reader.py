from pydantic import TypeAdapter
from sqlalchemy import bindparam, select

from uservault.invitations.errors import InvitationNotFound
from uservault.invitations.models import Invitation
from uservault.invitations.schemas import InvitationRead
from uservault.kit.crypto import digest
from uservault.web.pagination import Page, PageQuery, in_pages, read_page
from uservault.wiring.ports import Resources

READ_COLUMNS = select(*(getattr(Invitation, field) for field in InvitationRead.model_fields))
PAGE = in_pages(READ_COLUMNS, Invitation.id)
MANY = TypeAdapter(list[InvitationRead])
VALID = READ_COLUMNS.where(
    Invitation.token_hash == bindparam("hash"), Invitation.expires_at > bindparam("now")
)


class InvitationReader:
    """Reads invitations, never their tokens."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock

    async def by_token(self, token: str) -> InvitationRead:
        """The invitation, if it has not expired. Raises InvitationNotFound."""
        parameters = {"hash": digest(token), "now": self.now()}
        if rows := await self.database.rows(VALID, parameters):
            return InvitationRead.model_validate(rows[0])
        raise InvitationNotFound

    async def page(self, query: PageQuery) -> Page[InvitationRead]:
        """Sorted by id."""
        return await read_page(self.database, PAGE, query, MANY.validate_python)
