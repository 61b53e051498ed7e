from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId


class Kind(StrEnum):
    """A user's metadata objects. They differ in who may read and write them."""

    PROFILE = "profile"
    PUBLIC = "metadata_public"
    ADMIN = "metadata_admin"


class UserMetadata(Base):
    """A user's metadata objects. The row is created by the first write.

    Not columns of `users`: every request reads those rows, so they stay small.
    """

    __tablename__ = "user_metadata"

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    profile: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    metadata_public: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    metadata_admin: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
