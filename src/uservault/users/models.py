from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey, Index, String, text
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import Base, BigId, Id, exact
from uservault.kit.identity import KEY_LENGTH
from uservault.users.identifiers import keep_identifiers

DELETED = text("deleted_at IS NOT NULL")
INACTIVE = text("NOT is_active")
UNVERIFIED = text("email_verified_at IS NULL")
PROVISIONAL = text("provisional_since IS NOT NULL")
PARTIAL: Any = ("sqlite", "postgresql")  # the dialects with partial indexes


class User(Base):
    """A person with an account, as shown. They are found by their identifiers."""

    __tablename__ = "users"

    id: Mapped[Id] = mapped_column(init=False)
    username: Mapped[str] = mapped_column(String(64))
    email: Mapped[str] = mapped_column(String(254))
    email_verified_at: Mapped[datetime | None] = mapped_column(default=None)
    locale: Mapped[str | None] = mapped_column(String(35), default=None)
    external_id: Mapped[str | None] = mapped_column(exact(255), default=None)  # in another system
    is_active: Mapped[bool] = mapped_column(default=True)
    inactive_until: Mapped[datetime | None] = mapped_column(default=None)  # end of the deactivation
    inactive_reason: Mapped[str | None] = mapped_column(String(500), default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)  # purged later
    # When they registered by themselves. None: they logged in or verified an address since, or
    # somebody else made or changed them.
    provisional_since: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None] = mapped_column(default=None)
    credential_epoch: Mapped[int] = mapped_column(default=0)  # older one-time tokens are void
    version: Mapped[int] = mapped_column(init=False)  # counts changes; sent as the ETag

    # Partial, and omitted on MariaDB: with a full index, SQLite and MariaDB would scan it, and so
    # every user, to find the few users that a query with NOT_DELETED asks for.
    __table_args__: ClassVar[Any] = (  # type: ignore[misc]
        Index(
            "ix_users_deleted_at",
            deleted_at,
            info={"where": DELETED, "only": PARTIAL},
        ).ddl_if(dialect=PARTIAL),
        Index("ix_users_provisional_since", provisional_since, info={"where": PROVISIONAL}),
        # What lists are sorted by, and the few that most filters of a state are for.
        Index(None, "created_at", "id"),
        Index(None, "last_login_at", "id"),
        Index("ix_users_inactive", "id", info={"where": INACTIVE, "only": PARTIAL}).ddl_if(
            dialect=PARTIAL
        ),
        Index("ix_users_unverified", "id", info={"where": UNVERIFIED, "only": PARTIAL}).ddl_if(
            dialect=PARTIAL
        ),
    )
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own

    @hybrid_property
    def email_verified(self) -> bool:
        """Whether the user has verified the current e-mail address."""
        return self.email_verified_at is not None

    @email_verified.inplace.expression
    @classmethod
    def _email_verified(cls) -> ColumnElement[bool]:
        return cls.email_verified_at.is_not(None)


keep_identifiers(User)


class UserEmail(Base):
    """A further address of a user. The primary one is in their row."""

    __tablename__ = "user_emails"

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    key: Mapped[str] = mapped_column(exact(KEY_LENGTH), primary_key=True)
    address: Mapped[str] = mapped_column(String(254))
    verified_at: Mapped[datetime | None]  # until then, anybody else may take it
    created_at: Mapped[datetime]


# Every query for users needs this condition, except those for restoring and purging.
NOT_DELETED = User.deleted_at.is_(None)
