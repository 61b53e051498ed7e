from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, true, union_all

from uservault.db.batch import AnySelect
from uservault.db.database import AnyRow
from uservault.events.log import every_event
from uservault.events.models import EventRecord
from uservault.events.schemas import EventQuery, EventRead, MyEventQuery, MyEventRead
from uservault.web.pagination import Page
from uservault.wiring.ports import Resources

FIELDS = tuple(EventRead.model_fields)
READ_COLUMNS = select(*(getattr(EventRecord, field) for field in (*FIELDS, "personal")))
ACTOR_COLUMNS = ("session_id", "address", "user_agent", "request_id")  # personal to the actor
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class EventReader:
    """Lists events, newest first."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database

    async def page(self, query: EventQuery) -> Page[EventRead]:
        wanted = {EventRecord.actor_id: query.actor, EventRecord.subject_id: query.subject}
        filters = [column == id for column, id in wanted.items() if id is not None]
        rows = await self._newest([and_(true(), *filters)], query)
        return Page([_read(row) for row in rows[: query.limit]], _cursor(rows, query))

    async def of_user(self, user_id: int, query: MyEventQuery) -> Page[MyEventRead]:
        """Events that the user caused, and events that happened to the user."""
        did = EventRecord.actor_id == user_id
        by_others = or_(EventRecord.actor_id.is_(None), EventRecord.actor_id != user_id)
        happened = and_(EventRecord.subject_id == user_id, by_others)
        rows = await self._newest([did, happened], query)
        return Page([_own(row, user_id) for row in rows[: query.limit]], _cursor(rows, query))

    async def _newest(
        self, either: Sequence[ColumnElement[bool]], query: MyEventQuery
    ) -> Sequence[AnyRow]:
        """Events that meet one of the conditions: a page, and one more if there is a next page.

        Each part of the union uses an index in the order of the list.
        """
        parts = [
            _in_order(READ_COLUMNS.where(one, type, *_within(query)), EventRecord, query)
            for one, type in product(either, _types(query.type))
        ]
        if len(parts) == 1:
            return await self.database.rows(parts[0])
        if not parts:
            return []
        every = union_all(*(select(part.subquery()) for part in parts)).subquery()
        return await self.database.rows(_in_order(select(every), every.c, query))


def _in_order(found: AnySelect, columns: Any, query: MyEventQuery) -> AnySelect:
    return found.order_by(columns.at.desc(), columns.id.desc()).limit(query.limit + 1)


def _types(wanted: str | None) -> list[ColumnElement[bool]]:
    if wanted is None:
        return [true()]
    if not wanted.endswith("."):
        return [EventRecord.type == wanted]
    known = sorted({kind.type for kind in every_event()})
    return [EventRecord.type == name for name in known if name.startswith(wanted)]


def _within(query: MyEventQuery) -> Iterator[ColumnElement[bool]]:
    if query.since:
        yield EventRecord.at >= query.since
    if query.until:
        yield EventRecord.at < query.until
    if query.cursor:
        micros, id = map(int, query.cursor.split("."))
        at = EPOCH + micros * MICROSECOND
        # The first condition lets the database use an index; the second makes it exact.
        yield EventRecord.at <= at
        yield or_(EventRecord.at < at, EventRecord.id < id)


def _cursor(rows: Sequence[AnyRow], query: MyEventQuery) -> str | None:
    if len(rows) <= query.limit:
        return None
    last = rows[query.limit - 1]
    return f"{(last.at - EPOCH) // MICROSECOND}.{last.id}"


def _read(row: AnyRow) -> EventRead:
    fields = {name: getattr(row, name) for name in FIELDS}
    return EventRead(**fields | {"data": row.data | (row.personal or {})})


def _own(row: AnyRow, user_id: int) -> MyEventRead:
    by_other = row.actor_id not in (None, user_id)
    personal = row.personal if row.subject_id == user_id else None
    actor = {name: None if by_other else getattr(row, name) for name in ACTOR_COLUMNS}
    return MyEventRead(
        id=row.id,
        type=row.type,
        at=row.at,
        by_other=by_other,
        subject_id=row.subject_id,
        data=row.data | (personal or {}),
        **actor,
    )
