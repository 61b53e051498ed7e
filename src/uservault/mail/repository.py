from sqlalchemy import delete, insert, select

from uservault.mail.models import Mail
from uservault.wiring.repository import Repository

BATCH_SIZE = 500
COLUMNS = Mail.__table__.columns


class MailRepository(Repository[Mail]):
    model = Mail

    async def find(self, id: int) -> Mail | None:
        """The e-mail, locked until the unit of work ends."""
        found = select(Mail).where(Mail.id == id).with_for_update()
        return (await self.session.scalars(found)).one_or_none()

    async def withdraw(self, id: int) -> None:
        """Delete an unsent e-mail. It is still sent if a worker has it already."""
        unsent = (Mail.id == id) & Mail.sent_at.is_(None)
        await self.session.execute(delete(Mail).where(unsent))

    async def address(self, id: int, user_id: int) -> None:
        """Assign the e-mail to the user that its recipient has become.

        The row is written anew: no database with several nodes moves one between them.
        """
        found = select(*COLUMNS).where(Mail.id == id).with_for_update()
        if row := (await self.session.execute(found)).mappings().one_or_none():
            await self.session.execute(delete(Mail).where(Mail.id == id))
            await self.session.execute(insert(Mail).values(dict(row) | {"user_id": user_id}))

    async def forget(self, user_id: int) -> None:
        """Delete all e-mails to a user: they contain the address. Lock the user first.

        By their ids, as MariaDB locks them where a worker leases them: not in another index first.
        """
        ids = (await self.session.scalars(select(Mail.id).where(Mail.user_id == user_id))).all()
        for first in range(0, len(ids), BATCH_SIZE):
            some = ids[first : first + BATCH_SIZE]
            await self.session.execute(delete(Mail).where(Mail.id.in_(some)))
