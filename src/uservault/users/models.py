from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Index, String, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, validates

from uservault.db.base import Base, Id, exact
from uservault.kit.identity import KEY_LENGTH, email_key, username_key

KEYS = {"username": username_key, "email": email_key}
DELETED = text("deleted_at IS NOT NULL")
PARTIAL: Any = ("sqlite", "postgresql")  # they can index some rows alone


class User(Base):
    """A person. What they know or hold to prove it is kept elsewhere."""

    __tablename__ = "users"

    id: Mapped[Id] = mapped_column(init=False)
    username: Mapped[str] = mapped_column(String(64))
    username_key: Mapped[str] = mapped_column(exact(64), unique=True, init=False)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(exact(KEY_LENGTH), unique=True, init=False)
    email_verified_at: Mapped[datetime | None] = mapped_column(default=None)
    locale: Mapped[str | None] = mapped_column(String(35), default=None)
    is_active: Mapped[bool] = mapped_column(default=True)
    inactive_until: Mapped[datetime | None] = mapped_column(default=None)  # active again from then
    inactive_reason: Mapped[str | None] = mapped_column(String(500), default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)  # then purged
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    credential_epoch: Mapped[int] = mapped_column(default=0)  # older one-time tokens are void
    version: Mapped[int] = mapped_column(init=False)  # counts changes; the entity tag

    # Of the deleted alone, or none at all: asked for a few users who are not deleted, SQLite and
    # MariaDB would go through an index of everybody, and so through all of them.
    __table_args__: ClassVar[Any] = (  # type: ignore[misc]
        Index(
            "ix_users_deleted_at",
            deleted_at,
            sqlite_where=DELETED,
            postgresql_where=DELETED,
            info={"only": PARTIAL},
        ).ddl_if(dialect=PARTIAL),
        Base.__table_args__,
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own

    @hybrid_property
    def email_verified(self) -> bool:
        """Whether somebody proved that they read what is sent to the address."""
        return self.email_verified_at is not None

    @email_verified.inplace.expression
    @classmethod
    def _email_verified(cls) -> ColumnElement[bool]:
        return cls.email_verified_at.is_not(None)

    @validates("username", "email")
    def _keep_key(self, field: str, value: str) -> str:
        setattr(self, f"{field}_key", KEYS[field](value))
        return value


# Who is deleted and not yet purged is nobody, to all but those who can restore them.
NOT_DELETED = User.deleted_at.is_(None)
