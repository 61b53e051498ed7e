from sqlalchemy import delete

from uservault.kit.repository import Repository
from uservault.mail.models import Letter


class LetterRepository(Repository[Letter]):
    model = Letter

    async def forget(self, user_id: int) -> None:
        """Deletes every letter to a user, whatever became of it: it names their address."""
        await self.session.execute(delete(Letter).where(Letter.user_id == user_id))
