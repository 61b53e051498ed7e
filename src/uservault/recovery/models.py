from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, Id, exact
from uservault.kit.identity import KEY_LENGTH


class QueuedEmailRequest(Base):
    """That somebody asked for an e-mail to an address, which may be nobody's. A worker finds out:
    whoever asks gets the same answer in the same time (B8)."""

    __tablename__ = "letter_orders"

    id: Mapped[Id] = mapped_column(init=False)
    purpose: Mapped[str] = mapped_column(exact(32))
    email_key: Mapped[str] = mapped_column(exact(KEY_LENGTH))
    ordered_at: Mapped[datetime]
    address: Mapped[str | None] = mapped_column(String(45))  # from here on: of whoever asked
    user_agent: Mapped[str | None] = mapped_column(String(256))
    request_id: Mapped[str | None] = mapped_column(String(64))
