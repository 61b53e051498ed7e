from typing import cast

from sqlalchemy import CursorResult, select, update

from uservault.passwords.models import Password
from uservault.users.models import User
from uservault.wiring.repository import Repository


class PasswordRepository(Repository[Password]):
    """To change a password, it locks the user first, as a deletion does."""

    model = Password

    async def replace_hash(self, user_id: int, old: str, new: str) -> bool:
        """Replaces the hash unless it has changed since. Returns whether it was replaced."""
        await self.session.execute(select(User.id).where(User.id == user_id).with_for_update())
        same = (Password.user_id == user_id) & (Password.hash == old)
        replaced = await self.session.execute(update(Password).where(same).values(hash=new))
        return cast("CursorResult[tuple[()]]", replaced).rowcount == 1

    async def has_hash(self, user_id: int, hash: str) -> bool:
        """Whether this is the user's hash. It stays so while the user is locked."""
        same = (Password.user_id == user_id) & (Password.hash == hash)
        return await self.session.scalar(select(Password.user_id).where(same)) is not None
