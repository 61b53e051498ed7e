from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId, Id


class Session(Base):
    """A login on one device, until it ends.

    `counter` numbers the refresh tokens that were given out one after the other; the last is good.
    """

    __tablename__ = "sessions"

    id: Mapped[Id] = mapped_column(init=False)
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]  # to the minute
    expires_at: Mapped[datetime] = mapped_column(index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)
    address: Mapped[str | None] = mapped_column(String(45), default=None)
    user_agent: Mapped[str | None] = mapped_column(String(256), default=None)
    key_sealed: Mapped[str] = mapped_column(Text)
    counter: Mapped[int] = mapped_column(default=0)
    refreshed_at: Mapped[datetime]
