"""What users are found by. Each is one user's: this is the only place where names are unique."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, ForeignKey, Table, event, insert, inspect, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from uservault.db.base import Base, BigId, exact
from uservault.kit.identity import KEY_LENGTH, email_key, username_key
from uservault.kit.problems import Conflict
from uservault.users.errors import EmailTaken, UsernameTaken


class Kind(StrEnum):
    USERNAME = "username"
    EMAIL = "email"


class Identifier(Base):
    """A name or an address in its unique form. Deleted users keep theirs until they are purged."""

    __tablename__ = "identifiers"

    kind: Mapped[str] = mapped_column(exact(16), primary_key=True)
    key: Mapped[str] = mapped_column(exact(KEY_LENGTH), primary_key=True)
    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("users.id", ondelete="CASCADE"), index=True
    )


KEYS = {Kind.USERNAME: username_key, Kind.EMAIL: email_key}  # of the columns of the same names
TAKEN: dict[Kind, type[Conflict]] = {Kind.USERNAME: UsernameTaken, Kind.EMAIL: EmailTaken}
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

    The flush raises UsernameTaken or EmailTaken. The database decides: a check before the write
    would be a race.
    """
    event.listen(model, "after_insert", _claim)
    event.listen(model, "after_update", _replace)


def _claim(_: Mapper[Any], connection: Connection, user: Any) -> None:
    for kind, key in KEYS.items():
        row = {"kind": kind, "key": key(getattr(user, kind)), "user_id": user.id}
        with unless_taken(kind):
            connection.execute(insert(TABLE).values(row))


def _replace(_: Mapper[Any], connection: Connection, user: Any) -> None:
    for kind, key in KEYS.items():
        before = inspect(user).attrs[kind].history.deleted
        old, new = key(before[0] if before else getattr(user, kind)), key(getattr(user, kind))
        if old == new:
            continue
        theirs = (TABLE.c.kind == kind) & (TABLE.c.key == old) & (TABLE.c.user_id == user.id)
        with unless_taken(kind):
            if not connection.execute(update(TABLE).where(theirs).values(key=new)).rowcount:
                row = {"kind": kind, "key": new, "user_id": user.id}  # as if it was lost
                connection.execute(insert(TABLE).values(row))
