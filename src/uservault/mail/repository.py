from sqlalchemy import delete, update

from uservault.mail.models import Mail
from uservault.wiring.repository import Repository


class MailRepository(Repository[Mail]):
    model = Mail

    async def withdraw(self, id: int) -> None:
        """It is not sent any more, unless it is on its way."""
        unsent = (Mail.id == id) & Mail.sent_at.is_(None)
        await self.session.execute(delete(Mail).where(unsent))

    async def address(self, id: int, user_id: int) -> None:
        """It was to somebody who has become this user."""
        await self.session.execute(update(Mail).where(Mail.id == id).values(user_id=user_id))

    async def forget(self, user_id: int) -> None:
        """Deletes every e-mail to a user, whatever became of it: it names their address."""
        await self.session.execute(delete(Mail).where(Mail.user_id == user_id))
