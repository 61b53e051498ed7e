from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, Id, exact


class Mail(Base):
    """An e-mail in the queue, and afterwards the record that it was sent or given up.

    A worker that takes an e-mail moves `next_try_at` to when its lease ends, and signs with
    `leased_by`: an e-mail whose worker died is due again by itself.
    """

    __tablename__ = "letters"

    id: Mapped[Id] = mapped_column(init=False)
    reference: Mapped[str] = mapped_column(exact(43))  # names it outside, at random
    template: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(16))
    recipient: Mapped[str] = mapped_column(String(254))
    user_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    sealed: Mapped[str | None] = mapped_column(Text)  # what it says; gone when it is sent
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)  # None: there is none
    tries: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str | None] = mapped_column(exact(43), default=None)
    sent_at: Mapped[datetime | None] = mapped_column(index=True, default=None)
    failed_at: Mapped[datetime | None] = mapped_column(index=True, default=None)
    last_error: Mapped[str | None] = mapped_column(String(64), default=None)

    @property
    def purpose(self) -> str:
        """What it is sealed for."""
        return f"letters/{self.reference}"
