from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId, exact


class SigningKey(Base):
    """A key pair. Its state follows from its times and its successor's, see `keys.lifecycle`.

    Keys have consecutive ids: if two processes create the next key, the database accepts one.
    """

    __tablename__ = "signing_keys"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kid: Mapped[str] = mapped_column(exact(43), unique=True)
    algorithm: Mapped[str] = mapped_column(String(16))
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSON)
    private_sealed: Mapped[str | None] = mapped_column(Text)  # deleted once it is not needed
    created_at: Mapped[datetime]
    active_at: Mapped[datetime]  # signs from then until its successor does
    retired_at: Mapped[datetime | None] = mapped_column(default=None)  # not accepted from then on
