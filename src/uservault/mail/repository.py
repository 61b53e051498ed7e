from sqlalchemy import delete, update

from uservault.kit.repository import Repository
from uservault.mail.models import Letter


class LetterRepository(Repository[Letter]):
    model = Letter

    async def withdraw(self, id: int) -> None:
        """It is not sent any more, unless it is on its way."""
        unsent = (Letter.id == id) & Letter.sent_at.is_(None)
        await self.session.execute(delete(Letter).where(unsent))

    async def address(self, id: int, user_id: int) -> None:
        """It was to somebody who has become this user."""
        await self.session.execute(update(Letter).where(Letter.id == id).values(user_id=user_id))

    async def forget(self, user_id: int) -> None:
        """Deletes every letter to a user, whatever became of it: it names their address."""
        await self.session.execute(delete(Letter).where(Letter.user_id == user_id))
