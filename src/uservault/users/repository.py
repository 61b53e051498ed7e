from datetime import datetime

from sqlalchemy import select, update

from uservault.db.base import NOBODY
from uservault.kit.identity import email_key, login_key
from uservault.users.identifiers import Identifier, Kind
from uservault.users.models import User
from uservault.wiring.repository import Repository


class UserRepository(Repository[User]):
    """`save` raises UsernameTaken, EmailTaken or ExternalIdTaken."""

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

    async def read_epoch(self, user: User) -> None:
        """Brings the user's credential epoch up to date: it is raised without the entity."""
        await self.session.refresh(user, ["credential_epoch"])

    async def note_login(self, id: int, at: datetime) -> None:
        """The user is here to stay. An entity tag does not count it as a change."""
        seen = update(User).where(User.id == id).values(last_login_at=at, provisional_since=None)
        await self.session.execute(seen.execution_options(synchronize_session=False))

    async def settle(self, user: User) -> None:
        """They are here to stay. An entity tag does not count it as a change."""
        if user.provisional_since:
            known = update(User).where(User.id == user.id).values(provisional_since=None)
            await self.session.execute(known.execution_options(synchronize_session=False))

    async def lock(self, *ids: int) -> None:
        """Locks several users in one order, so that no two callers wait for each other."""
        theirs = select(User.id).where(User.id.in_(ids)).order_by(User.id)
        await self.session.execute(theirs.with_for_update())

    async def id_by_name(self, name: str) -> int | None:
        """The user with this username or e-mail address in any spelling, deleted or not."""
        key, is_email = login_key(name)
        kind = Kind.EMAIL if is_email else Kind.USERNAME
        found = select(Identifier.user_id).where(Identifier.kind == kind, Identifier.key == key)
        return await self.session.scalar(found)

    async def by_email(self, email: str) -> User | None:
        """The user with this address, locked. Takes as many queries if there is none."""
        return await self.get(await self.id_by_email(email) or NOBODY)

    async def id_by_email(self, email: str) -> int | None:
        """The user with this address in any spelling, deleted or not."""
        found = select(Identifier.user_id).where(
            Identifier.kind == Kind.EMAIL, Identifier.key == email_key(email)
        )
        return await self.session.scalar(found)
