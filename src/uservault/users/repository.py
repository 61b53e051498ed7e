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
        """As ever, and None for a user who is deleted."""
        user = await super().get(id)
        return user if user and user.deleted_at is None else None

    async def get_any(self, id: int) -> User | None:
        """Locked; deleted or not."""
        return await super().get(id)

    async def deleted(self, id: int, before: datetime | None = None) -> User | None:
        """One who is, `before` that time if given; locked like any other."""
        user = await super().get(id)
        if user is None or user.deleted_at is None:
            return None
        return user if before is None or user.deleted_at <= before else None

    async def save(self, row: User) -> User:
        """The unique constraints, not a look beforehand, say who came first."""
        try:
            return await super().save(row)
        except IntegrityError as error:
            raise _taken(error) from error

    async def id_of(self, email: str) -> int | None:
        """Whose address it is, in whatever spelling; also of a user who is deleted."""
        return await self.session.scalar(select(User.id).where(User.email_key == email_key(email)))


def _taken(error: IntegrityError) -> UsernameTaken | EmailTaken:
    # PostgreSQL and MariaDB name the constraint, SQLite the column: both say which key.
    return UsernameTaken() if "username_key" in _first_line(error) else EmailTaken()


def _first_line(error: IntegrityError) -> str:
    return str(error.orig).partition("\n")[0].rpartition("for key")[2]
