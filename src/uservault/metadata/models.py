from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId


class Kind(StrEnum):
    """Which object it is: they differ in who reads and who writes them."""

    PROFILE = "profile"
    PUBLIC = "metadata_public"
    ADMIN = "metadata_admin"


class UserMetadata(Base):
    """What others keep on a user. There is no row before something is kept.

    Not columns of `users`: the rows that every request reads stay small.
    """

    __tablename__ = "user_metadata"

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    profile: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    metadata_public: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    metadata_admin: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
