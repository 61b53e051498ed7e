from dataclasses import dataclass

from sqlalchemy import exists, select

from uservault.kit.identity import username_key
from uservault.passwords.models import Password
from uservault.roles.models import UserRole
from uservault.users.identifiers import Identifier, Kind
from uservault.users.models import NOT_DELETED, User
from uservault.wiring.ports import Resources

ROLES = exists().where(UserRole.user_id == User.id)
# They registered, and neither logged in nor were given a role since.
PROVISIONAL = User.provisional_since.is_not(None) & NOT_DELETED & ~User.email_verified & ~ROLES
HOLDERS = (
    select(User.id, Password.hash)
    .select_from(Identifier)
    .outerjoin(User, (User.id == Identifier.user_id) & PROVISIONAL)
    .outerjoin(Password, Password.user_id == User.id)
    .where(Identifier.kind == Kind.USERNAME)
)


@dataclass(frozen=True, slots=True, repr=False)
class Holder:
    """The owner of a username. Without an id, it is a user who is here to stay."""

    user_id: int | None
    hash: str | None


class ProvisionalReader:
    """Finds who has a username, without holding a database connection."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database

    async def holder(self, username: str) -> Holder | None:
        """None if the username is free."""
        named = HOLDERS.where(Identifier.key == username_key(username))
        rows = await self.database.rows(named)
        return Holder(rows[0].id, rows[0].hash) if rows else None
