from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId, Id, exact


class OneTimeToken(Base):
    """What was sent to somebody's address for one deed of theirs. Whoever has it reads mail there.

    Neither the token nor the code is kept; the code's digest is keyed, for there are few codes.
    """

    __tablename__ = "tickets"

    id: Mapped[Id] = mapped_column(init=False)
    purpose: Mapped[str] = mapped_column(exact(32))
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    address: Mapped[str] = mapped_column(String(254))  # where it was sent
    token_hash: Mapped[str] = mapped_column(exact(64), unique=True)
    code_hash: Mapped[str | None] = mapped_column(exact(64))
    tries: Mapped[int] = mapped_column(default=0)  # of the code
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None] = mapped_column(default=None)  # or made void
