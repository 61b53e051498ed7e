from collections.abc import Set
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Dialect, ForeignKey, String, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column

from uservault.access.principal import Permission
from uservault.db.base import Base, BigId, Id, exact

ADMIN = "admin"
EVERYTHING = "*"


@lru_cache(1024)
def permissions_of(names: str | None) -> frozenset[Permission]:
    """Of names, parted by spaces. `*` is every permission there is; a name that only a newer
    version knows is none."""
    given = frozenset((names or "").split())
    if EVERYTHING in given:
        return frozenset(Permission)
    return frozenset(permission for permission in Permission if permission in given)


class PermissionSet(TypeDecorator[Set[Permission]]):
    """Kept as names, parted by spaces, which can be joined for all the roles of a user."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Set[Permission] | None, dialect: Dialect) -> str:
        return " ".join(sorted(value or ()))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Set[Permission]:
        return permissions_of(value)


class Role(Base):
    """A named set of permissions. `admin`, made by the first migration, has them all for ever."""

    __tablename__ = "roles"

    id: Mapped[Id] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(exact(64), unique=True)
    description: Mapped[str] = mapped_column(String(500))
    permissions: Mapped[Set[Permission]] = mapped_column(PermissionSet(2000))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(init=False)  # counts changes; the entity tag

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own


class UserRole(Base):
    """That a user holds a role."""

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
