"""The order of a list of users, and where a page of it begins."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_

from uservault.search.cursor import Place
from uservault.search.schemas import Column, UserQuery
from uservault.users.identifiers import TABLE, Kind
from uservault.users.models import User, UserEmail

Found = Select[*tuple[Any, ...]]
VALUE = "sorted_by"
USERS = User.metadata.tables["users"]
NAMES = {Column.USERNAME: Kind.USERNAME, Column.EMAIL: Kind.EMAIL}


class Keyset:
    """Ties go by id, in the direction of the sort. Users without a value come last."""

    def __init__(self, query: UserQuery) -> None:
        self.column = query.column
        self.descending = query.descending
        name = NAMES.get(query.column)
        self.unique = bool(name) or query.column is Column.ID  # without ties
        self.value: ColumnElement[Any] = TABLE.c.key if name else USERS.c[query.column]

    def parts(self, columns: Found, after: tuple[Any, int] | None) -> Iterator[Found]:
        """Each in its order; together they are the list, from after the place."""
        found = self._joined(columns.add_columns(self.value.label(VALUE)))
        nullable = self.column is Column.LAST_LOGIN_AT
        if not nullable or after is None or after[0] is not None:
            present = found.where(self.value.is_not(None)) if nullable else found
            yield self._in_order(present.where(*self._after(after)), self.value)
        if nullable:
            rest = found.where(self.value.is_(None))
            if after and after[0] is None:
                rest = rest.where(self._beyond(User.id, after[1]))
            yield self._in_order(rest)

    def place(self, row: Any) -> Place:
        return Place(getattr(row, VALUE), row.id)

    def _joined(self, found: Found) -> Found:
        if (kind := NAMES.get(self.column)) is None:
            return found
        own = and_(TABLE.c.user_id == User.id, TABLE.c.kind == kind)
        further = and_(UserEmail.user_id == TABLE.c.user_id, UserEmail.key == TABLE.c.key)
        if kind is Kind.EMAIL:  # the primary one: others are unique, too
            own = and_(own, ~exists().where(further))
        return found.join(TABLE, own)

    def _after(self, after: tuple[Any, int] | None) -> Iterator[ColumnElement[bool]]:
        if after is None:
            return
        if self.unique:
            yield self._beyond(self.value, after[0])
            return
        value = datetime.fromisoformat(after[0])
        # The first condition lets the database use an index; the second makes it exact.
        yield self.value <= value if self.descending else self.value >= value
        yield or_(self.value != value, self._beyond(User.id, after[1]))

    def _beyond(self, column: Any, value: Any) -> ColumnElement[bool]:
        beyond: ColumnElement[bool] = column < value if self.descending else column > value
        return beyond

    def _in_order(self, found: Found, *first: ColumnElement[Any]) -> Found:
        columns = first if self.unique else (*first, User.id)
        return found.order_by(*(each.desc() if self.descending else each for each in columns))
