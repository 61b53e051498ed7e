from sqlalchemy import delete, update

from uservault.mail.models import Mail
from uservault.wiring.repository import Repository


class MailRepository(Repository[Mail]):
    model = Mail

    async def withdraw(self, id: int) -> None:
        """Delete an unsent e-mail. It is still sent if a worker has it already."""
        unsent = (Mail.id == id) & Mail.sent_at.is_(None)
        await self.session.execute(delete(Mail).where(unsent))

    async def address(self, id: int, user_id: int) -> None:
        """Assign the e-mail to the user that its recipient has become."""
        await self.session.execute(update(Mail).where(Mail.id == id).values(user_id=user_id))

    async def forget(self, user_id: int) -> None:
        """Delete all e-mails to a user: they contain the address."""
        await self.session.execute(delete(Mail).where(Mail.user_id == user_id))
