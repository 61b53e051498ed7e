from sqlalchemy import ForeignKey, false
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId, exact


class Password(Base):
    """The hash of a user's password."""

    __tablename__ = "passwords"

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    hash: Mapped[str] = mapped_column(exact(255))
    must_change: Mapped[bool] = mapped_column(default=False, server_default=false())
