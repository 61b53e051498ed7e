from sqlalchemy import update

from uservault.kit.repository import Repository
from uservault.passwords.models import Password


class PasswordRepository(Repository[Password]):
    model = Password

    async def replace_hash(self, user_id: int, old: str, new: str) -> None:
        """Unless the password has been changed meanwhile."""
        same = (Password.user_id == user_id) & (Password.hash == old)
        await self.session.execute(update(Password).where(same).values(hash=new))
