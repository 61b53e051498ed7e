from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId, Id, exact


class OneTimeToken(Base):
    """Something that works once, for one purpose, until it expires.

    Neither the token nor the code is stored. The code's digest is keyed, since there are few codes.
    """

    __tablename__ = "one_time_tokens"

    id: Mapped[Id] = mapped_column(init=False)
    purpose: Mapped[str] = mapped_column(exact(32))
    user_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    epoch: Mapped[int | None]  # the user's credential epoch at issue; it is void in a later one
    address: Mapped[str | None] = mapped_column(String(254))  # where it was sent
    token_hash: Mapped[str] = mapped_column(exact(64), unique=True)
    code_hash: Mapped[str | None] = mapped_column(exact(64))
    tries: Mapped[int] = mapped_column(default=0)  # of the code
    sealed: Mapped[str | None] = mapped_column(Text, default=None)  # what its use will need
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None] = mapped_column(default=None)  # or made void
