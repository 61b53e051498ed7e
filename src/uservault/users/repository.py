from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from uservault.kit.identity import email_key
from uservault.users.errors import EmailTaken, UsernameTaken
from uservault.users.models import User
from uservault.wiring.repository import Repository


class UserRepository(Repository[User]):
    model = User

    async def get(self, id: int) -> User | None:
        """The user, locked; None if they do not exist or are deleted."""
        user = await super().get(id)
        return user if user and user.deleted_at is None else None

    async def get_any(self, id: int) -> User | None:
        """The user, locked, deleted or not."""
        return await super().get(id)

    async def get_deleted(self, id: int, until: datetime | None = None) -> User | None:
        """The deleted user, locked. With `until`, only if deleted by that time."""
        user = await super().get(id)
        if user is None or user.deleted_at is None:
            return None
        return user if until is None or user.deleted_at <= until else None

    async def save(self, row: User) -> User:
        """Raises UsernameTaken or EmailTaken.

        The unique constraints decide: a check before the write would be a race.
        """
        try:
            return await super().save(row)
        except IntegrityError as error:
            raise _taken(error) from error

    async def id_by_email(self, email: str) -> int | None:
        """The user with this address in any spelling, deleted or not."""
        return await self.session.scalar(select(User.id).where(User.email_key == email_key(email)))


def _taken(error: IntegrityError) -> UsernameTaken | EmailTaken:
    # PostgreSQL and MariaDB name the constraint, SQLite the column: both contain the key's name.
    return UsernameTaken() if "username_key" in _first_line(error) else EmailTaken()


def _first_line(error: IntegrityError) -> str:
    return str(error.orig).partition("\n")[0].rpartition("for key")[2]
