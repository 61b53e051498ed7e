from collections.abc import Set
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Dialect, ForeignKey, Index, String, TypeDecorator, text
from sqlalchemy.orm import Mapped, mapped_column

from uservault.access.principal import EVERYTHING, Permission
from uservault.db.base import Base, BigId, Id, exact
from uservault.kit.permission_names import MAX_LENGTH, is_application_name

ADMIN = "admin"
ENDS = text("expires_at IS NOT NULL")


@lru_cache(1024)
def permissions_of(names: str | None) -> frozenset[Permission]:
    """Our own among space-separated names. `*` means all; unknown names are ignored.

    A newer version may have stored names that this one does not know.
    """
    stored = frozenset((names or "").split())
    if EVERYTHING in stored:
        return frozenset(Permission)
    return frozenset(permission for permission in Permission if permission in stored)


@lru_cache(1024)
def applications_of(names: str | None) -> frozenset[str]:
    """Those of applications among space-separated names, or EVERYTHING."""
    stored = frozenset((names or "").split())
    return stored & {EVERYTHING} or frozenset(filter(is_application_name, stored))


class PermissionSet(TypeDecorator[Set[str]]):
    """Stored as space-separated names, so that SQL can join those of all a user's roles.

    Read as our own permissions and those of applications, or EVERYTHING.
    """

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Set[str] | None, dialect: Dialect) -> str:
        return " ".join(sorted(value or ()))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Set[str]:
        return permissions_of(value) | applications_of(value)


class Role(Base):
    """A named set of permissions. The migrations create `admin`, which has every permission."""

    __tablename__ = "roles"

    id: Mapped[Id] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(exact(64), unique=True)
    description: Mapped[str] = mapped_column(String(500))
    permissions: Mapped[Set[str]] = mapped_column(PermissionSet(2000))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(init=False)  # counts changes; sent as the ETag

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own


class ApplicationPermission(Base):
    """A permission of an application. Roles hold it by its name, and tokens carry it.

    Those that roles do not hold can be deleted.
    """

    __tablename__ = "permissions"

    name: Mapped[str] = mapped_column(exact(MAX_LENGTH), primary_key=True)
    description: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]


class UserRole(Base):
    """A grant: a role that a user has, perhaps only for a time. See `roles.grants`."""

    __tablename__ = "user_roles"

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    role_id: Mapped[int] = mapped_column(
        BigId,
        ForeignKey("roles.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        index=True,
    )
    starts_at: Mapped[datetime | None] = mapped_column(default=None)
    expires_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str | None] = mapped_column(String(500), default=None)
    granted_at: Mapped[datetime | None] = mapped_column(default=None)  # None before 0013
    granted_by: Mapped[int | None] = mapped_column(BigInteger, default=None)  # may be purged

    # Partial where it can be: most grants have no end.
    __table_args__: ClassVar[Any] = (  # type: ignore[misc]
        Index(None, expires_at, info={"where": ENDS}),
    )
