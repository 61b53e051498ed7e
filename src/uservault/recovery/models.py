from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, Id, exact
from uservault.kit.identity import KEY_LENGTH


class QueuedEmailRequest(Base):
    """A request for an e-mail to an address that may belong to no user.

    A job looks that up later, so every request takes the same time and gets the same answer (B8).
    """

    __tablename__ = "letter_orders"

    id: Mapped[Id] = mapped_column(init=False)
    purpose: Mapped[str] = mapped_column(exact(32))
    email_key: Mapped[str] = mapped_column(exact(KEY_LENGTH))
    ordered_at: Mapped[datetime]
    address: Mapped[str | None] = mapped_column(String(45))  # from here: of the HTTP request
    user_agent: Mapped[str | None] = mapped_column(String(256))
    request_id: Mapped[str | None] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0, server_default="0")  # that failed
    retry_at: Mapped[datetime | None] = mapped_column(default=None)
    failed_at: Mapped[datetime | None] = mapped_column(default=None)  # set aside for good
