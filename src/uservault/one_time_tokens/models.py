from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId, OwnedId, exact


class OneTimeToken(Base):
    """Something that works once, for one purpose, until it expires.

    Neither the token nor the code is stored. The code's digest is keyed, since there are few codes.
    """

    __tablename__ = "one_time_tokens"
    __table_args__: ClassVar[Any] = (  # type: ignore[misc]
        UniqueConstraint("token_hash", "user_id"),
    )

    id: Mapped[OwnedId] = mapped_column(init=False)
    user_id: Mapped[int] = mapped_column(  # or NOBODY
        BigId, primary_key=True, autoincrement=False, index=True
    )
    purpose: Mapped[str] = mapped_column(exact(32))
    epoch: Mapped[int | None]  # the user's credential epoch at issue; it is void in a later one
    address: Mapped[str | None] = mapped_column(String(254))  # where it was sent
    token_hash: Mapped[str] = mapped_column(exact(64))
    code_hash: Mapped[str | None] = mapped_column(exact(64))
    tries: Mapped[int] = mapped_column(default=0)  # of the code
    sealed: Mapped[str | None] = mapped_column(Text, default=None)  # what its use will need
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None] = mapped_column(default=None)  # or made void
