import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, or_, select

from uservault.events.models import EventRecord
from uservault.kit.schema import Schema
from uservault.mail.models import Mail
from uservault.metadata.models import Kind
from uservault.metadata.reader import MetadataReader
from uservault.privacy.export_schemas import (
    ExportedEvent,
    ExportedMail,
    ExportedSession,
    ExportedUser,
)
from uservault.roles.reader import RoleReader
from uservault.sessions.models import Session
from uservault.users.reader import UserReader
from uservault.wiring.ports import Resources

BATCH_SIZE = 500  # rows
SOMEBODY_ELSES = dict.fromkeys(("session_id", "address", "user_agent", "request_id"))


@dataclass(frozen=True, slots=True)
class Part:
    """A list in the export: rows of a model, in the order of their ids."""

    name: str
    model: Any
    schema: type[Schema]
    whose: Any  # the condition, for a user's id

    def after(self, id: int, user_id: int) -> Select[*tuple[Any, ...]]:
        columns = [getattr(self.model, field) for field in self.schema.model_fields]
        theirs: ColumnElement[bool] = self.whose(user_id)
        found = select(*columns).where(theirs, self.model.id > id)
        return found.order_by(self.model.id).limit(BATCH_SIZE)


PARTS = (
    Part("sessions", Session, ExportedSession, lambda id: Session.user_id == id),
    Part(
        "events",
        EventRecord,
        ExportedEvent,
        lambda id: or_(EventRecord.subject_id == id, EventRecord.actor_id == id),
    ),
    Part("letters", Mail, ExportedMail, lambda id: Mail.user_id == id),
)


class Exporter:
    """Writes all that is held on a user as one JSON object, a few rows at a time.

    Each read is for itself: what changes meanwhile may be in it or not.
    """

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.users = resources.shared(UserReader)
        self.roles = resources.shared(RoleReader)
        self.metadata = resources.shared(MetadataReader)

    async def export(self, user_id: int) -> AsyncIterator[bytes]:
        """The body, whose beginning is read by now. Raises UserNotFound."""
        return self._written(await self._head(user_id), user_id)

    async def _head(self, user_id: int) -> dict[str, Any]:
        user = ExportedUser.model_validate(await self.users.get(user_id))
        held = await self.roles.held_by(user_id)
        return {
            "exported_at": self.now().isoformat().replace("+00:00", "Z"),
            "user": user.model_dump(mode="json"),
            "roles": list(held.roles),
            "permissions": sorted(held.permissions),
        } | {kind.value: await self.metadata.get(user_id, kind) for kind in Kind}

    async def _written(self, head: dict[str, Any], user_id: int) -> AsyncIterator[bytes]:
        yield json.dumps(head, ensure_ascii=False).encode().removesuffix(b"}")
        for part in PARTS:
            yield f', "{part.name}": ['.encode()
            async for items in self._items(part, user_id):
                yield items
            yield b"]"
        yield b"}\n"

    async def _items(self, part: Part, user_id: int) -> AsyncIterator[bytes]:
        """The members of the list, some in each."""
        last, many = 0, TypeAdapter(list[part.schema])  # type: ignore[name-defined]
        while rows := await self.database.rows(part.after(last, user_id)):
            items = [part.schema.model_validate(_own(dict(row._mapping), user_id)) for row in rows]
            comma = b"," if last else b""
            yield comma + many.dump_json(items).removeprefix(b"[").removesuffix(b"]")
            last = rows[-1].id


def _own(row: dict[str, Any], user_id: int) -> dict[str, Any]:
    """Where another person did something from is theirs, not the user's."""
    return row | SOMEBODY_ELSES if row.get("actor_id", user_id) not in (user_id, None) else row
