from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId, exact


class SigningKey(Base):
    """A key pair. What it is good for follows from its times, and from its successor's.

    Keys are numbered: of two that are made at once as the next one, the database takes one.
    """

    __tablename__ = "signing_keys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kid: Mapped[str] = mapped_column(exact(43), unique=True)
    algorithm: Mapped[str] = mapped_column(String(16))
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSON)
    private_sealed: Mapped[str | None] = mapped_column(Text)  # wiped when it is of no use any more
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]  # signs from then on, until its successor does
    retired_at: Mapped[datetime | None] = mapped_column(default=None)  # not believed from then on
