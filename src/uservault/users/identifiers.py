"""What users are found by. Each is one user's: this is the only place where names are unique."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import Connection, ForeignKey, Index, Table, delete, event, insert, inspect, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from uservault.db.base import Base, BigId, exact
from uservault.kit.identity import KEY_LENGTH, email_key, username_key
from uservault.kit.problems import Conflict
from uservault.users.errors import EmailTaken, ExternalIdTaken, UsernameTaken


class Kind(StrEnum):
    USERNAME = "username"
    EMAIL = "email"
    EXTERNAL_ID = "external_id"


class Identifier(Base):
    """A name or an address in its unique form. Deleted users keep theirs until they are purged."""

    __tablename__ = "identifiers"
    # For prefixes: the primary key is in the order of a language on PostgreSQL, elsewhere of the
    # characters.
    __table_args__: ClassVar[Any] = (  # type: ignore[misc]
        Index(
            "ix_identifiers_prefix",
            "kind",
            "key",
            info={"only": ("postgresql",), "ops": {"key": "varchar_pattern_ops"}},
        ).ddl_if(dialect="postgresql"),
    )

    kind: Mapped[str] = mapped_column(exact(16), primary_key=True)
    key: Mapped[str] = mapped_column(exact(KEY_LENGTH), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )


# Of the columns of the same names.
KEYS: dict[Kind, Callable[[str], str]] = {
    Kind.USERNAME: username_key,
    Kind.EMAIL: email_key,
    Kind.EXTERNAL_ID: str,
}
TAKEN: dict[Kind, type[Conflict]] = {
    Kind.USERNAME: UsernameTaken,
    Kind.EMAIL: EmailTaken,
    Kind.EXTERNAL_ID: ExternalIdTaken,
}
TABLE: Table = Identifier.metadata.tables["identifiers"]


@contextmanager
def unless_taken(kind: Kind) -> Iterator[None]:
    """For one statement that writes an identifier. Raises UsernameTaken or EmailTaken."""
    try:
        yield
    except IntegrityError as error:
        raise TAKEN[kind] from error


def keep_identifiers(model: type[Any]) -> None:
    """Whatever writes a user writes their identifiers with it, in the same flush.

    The flush raises UsernameTaken, EmailTaken or ExternalIdTaken. The database decides: a check
    before the write would be a race.
    """
    event.listen(model, "after_insert", _claim)
    event.listen(model, "after_update", _replace)


def identifiers_of(user: Any) -> dict[Kind, str]:
    """The keys by which the user is found."""
    values = {kind: getattr(user, kind) for kind in KEYS}
    return {kind: KEYS[kind](value) for kind, value in values.items() if value is not None}


def _claim(_: Mapper[Any], connection: Connection, user: Any) -> None:
    for kind, key in identifiers_of(user).items():
        _insert(connection, kind, key, user.id)


def _replace(_: Mapper[Any], connection: Connection, user: Any) -> None:
    keys = identifiers_of(user)
    for kind, key in KEYS.items():
        before = inspect(user).attrs[kind].history.deleted
        value = before[0] if before else getattr(user, kind)
        old, new = None if value is None else key(value), keys.get(kind)
        if old != new:
            _move(connection, kind, (old, new), user.id)


def _move(
    connection: Connection, kind: Kind, keys: tuple[str | None, str | None], user_id: int
) -> None:
    old, new = keys
    theirs = (TABLE.c.kind == kind) & (TABLE.c.key == old) & (TABLE.c.user_id == user_id)
    if new is None:
        connection.execute(delete(TABLE).where(theirs))
        return
    with unless_taken(kind):
        if not connection.execute(update(TABLE).where(theirs).values(key=new)).rowcount:
            _insert(connection, kind, new, user_id)  # it is the first, or was lost


def _insert(connection: Connection, kind: Kind, key: str, user_id: int) -> None:
    with unless_taken(kind):
        row = {"kind": kind, "key": key, "user_id": user_id}
        connection.execute(insert(TABLE).values(row))
