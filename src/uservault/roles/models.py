from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from uservault.access.principal import Permission
from uservault.kit.db import Base, BigId, Id, exact

ADMIN = "admin"


class Role(Base):
    """A named set of permissions. `admin`, made by the first migration, has them all."""

    __tablename__ = "roles"

    id: Mapped[Id] = mapped_column(init=False)
    name: Mapped[str] = mapped_column(exact(64), unique=True)


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


def permissions_of(roles: str | None) -> frozenset[Permission]:
    """Of role names, parted by spaces."""
    return frozenset(Permission) if ADMIN in (roles or "").split() else frozenset()
