from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, OwnedId, exact
from uservault.mail.messages import Family


class Mail(Base):
    """A queued e-mail; later the record that it was sent or failed.

    A worker leases an e-mail: it sets `next_try_at` to the end of the lease, and `leased_by`. If
    the worker dies, the e-mail becomes due again by itself.
    """

    __tablename__ = "letters"
    __table_args__: ClassVar[Any] = (  # type: ignore[misc]
        Index(None, "priority", "next_try_at"),
    )

    id: Mapped[OwnedId] = mapped_column(init=False)
    user_id: Mapped[int] = mapped_column(  # or NOBODY
        BigInteger, primary_key=True, autoincrement=False, index=True
    )
    reference: Mapped[str] = mapped_column(exact(43))  # random; part of the Message-ID
    template: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(16))
    recipient: Mapped[str] = mapped_column(String(254))
    sealed: Mapped[str | None] = mapped_column(Text)  # its variables, deleted once it is sent
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime | None] = mapped_column(index=True)  # None: no further try
    tries: Mapped[int] = mapped_column(default=0)
    leased_by: Mapped[str | None] = mapped_column(exact(43), default=None)
    sent_at: Mapped[datetime | None] = mapped_column(index=True, default=None)
    failed_at: Mapped[datetime | None] = mapped_column(index=True, default=None)
    last_error: Mapped[str | None] = mapped_column(String(64), default=None)
    priority: Mapped[int] = mapped_column(  # the Family of its template; the lowest goes first
        SmallInteger, default=Family.NOTICE, server_default=str(Family.NOTICE.value)
    )

    @property
    def purpose(self) -> str:
        """The purpose for which `sealed` is encrypted."""
        return f"letters/{self.reference}"
