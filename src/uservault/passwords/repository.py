from typing import cast

from sqlalchemy import CursorResult, select, update

from uservault.passwords.models import Password
from uservault.users.models import User
from uservault.wiring.repository import Repository


class PasswordRepository(Repository[Password]):
    model = Password

    async def replace_hash(self, user_id: int, old: str, new: str) -> bool:
        """Replaces the hash unless it has changed since. Returns whether it was replaced."""
        same = (Password.user_id == user_id) & (Password.hash == old)
        replaced = await self.session.execute(update(Password).where(same).values(hash=new))
        return cast("CursorResult[tuple[()]]", replaced).rowcount == 1

    async def lock(self, user_id: int, hash: str) -> bool:
        """Whether this is still the user's hash, locked until the unit of work ends.

        It locks the user first, in the same order as a deletion, to avoid deadlocks.
        """
        await self.session.execute(select(User.id).where(User.id == user_id).with_for_update())
        same = (Password.user_id == user_id) & (Password.hash == hash)
        locked = select(Password.user_id).where(same).with_for_update()
        return await self.session.scalar(locked) is not None
