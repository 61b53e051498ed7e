from datetime import datetime
from typing import Any

from sqlalchemy import Dialect, ForeignKey, Text, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId, Id, exact


class _LongText(TypeDecorator[str]):
    """TEXT in MySQL and MariaDB ends at 64 KiB, which a role with many permissions exceeds."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        # Loads all drivers of MySQL, which no other database needs.
        from sqlalchemy.dialects.mysql import MEDIUMTEXT  # noqa: PLC0415

        return dialect.type_descriptor(MEDIUMTEXT())


LongText = Text().with_variant(_LongText(), "mysql", "mariadb")


class StoredAnswer(Base):
    """The answer to a request with an Idempotency-Key, for whoever repeats the request.

    It goes with the user whom it describes, and a purge deletes it with its caller. The caller is
    no foreign key: that would lock them, after the users whom the request has locked.
    """

    __tablename__ = "idempotency_keys"

    id: Mapped[Id] = mapped_column(init=False)
    key_hash: Mapped[str] = mapped_column(exact(64), unique=True)  # of the caller and their key
    user_id: Mapped[int | None] = mapped_column(BigId, index=True)  # the caller; None: anonymous
    subject_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    sealed: Mapped[str] = mapped_column(LongText)  # the answer and the request's fingerprint
    expires_at: Mapped[datetime] = mapped_column(index=True)
