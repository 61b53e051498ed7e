from typing import cast

from sqlalchemy import CursorResult, update

from uservault.kit.repository import Repository
from uservault.passwords.models import Password


class PasswordRepository(Repository[Password]):
    model = Password

    async def replace_hash(self, user_id: int, old: str, new: str) -> bool:
        """Whether it was done: not if the password has been changed meanwhile."""
        same = (Password.user_id == user_id) & (Password.hash == old)
        replaced = await self.session.execute(update(Password).where(same).values(hash=new))
        return cast("CursorResult[tuple[()]]", replaced).rowcount == 1
