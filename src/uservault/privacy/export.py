import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Select, or_, select

from uservault.account.emails_reader import UserEmailReader
from uservault.account.schemas import UserEmailRead
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
REDACTED = dict.fromkeys(("session_id", "address", "user_agent", "request_id"))


@dataclass(frozen=True, slots=True)
class Part:
    """A list in the export: rows of a model, sorted by id."""

    name: str
    model: Any
    schema: type[Schema]
    belongs_to: Any  # makes the condition for a user id

    def after(self, id: int, user_id: int) -> Select[*tuple[Any, ...]]:
        columns = [getattr(self.model, field) for field in self.schema.model_fields]
        owned: ColumnElement[bool] = self.belongs_to(user_id)
        found = select(*columns).where(owned, self.model.id > id)
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
    """Writes everything stored about a user as one JSON object, in batches of rows.

    Each batch is its own query: the export may or may not include concurrent changes.
    """

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock
        self.users = resources.shared(UserReader)
        self.emails = resources.shared(UserEmailReader)
        self.roles = resources.shared(RoleReader)
        self.metadata = resources.shared(MetadataReader)

    async def export(self, user_id: int) -> AsyncIterator[bytes]:
        """The body as a stream. Raises UserNotFound before the stream begins."""
        return self._stream(await self._head(user_id), user_id)

    async def _head(self, user_id: int) -> dict[str, Any]:
        user = ExportedUser.model_validate(await self.users.get(user_id))
        held = (await self.roles.of_user(user_id)).model_dump(mode="json")
        return {
            "exported_at": self.now().isoformat().replace("+00:00", "Z"),
            "user": user.model_dump(mode="json"),
            "emails": await self._emails(user_id),
            "roles": held["roles"],
            "permissions": held["permissions"],
            "grants": held["grants"],
        } | {kind.value: await self.metadata.get(user_id, kind) for kind in Kind}

    async def _emails(self, user_id: int) -> list[dict[str, Any]]:
        emails = TypeAdapter(list[UserEmailRead])
        read: list[dict[str, Any]] = emails.dump_python(await self.emails.of(user_id), mode="json")
        return read

    async def _stream(self, head: dict[str, Any], user_id: int) -> AsyncIterator[bytes]:
        yield json.dumps(head, ensure_ascii=False).encode().removesuffix(b"}")
        for part in PARTS:
            yield f', "{part.name}": ['.encode()
            async for batch in self._batches(part, user_id):
                yield batch
            yield b"]"
        yield b"}\n"

    async def _batches(self, part: Part, user_id: int) -> AsyncIterator[bytes]:
        """The list's members as JSON, several per chunk, without the brackets."""
        last, adapter = 0, TypeAdapter(list[part.schema])  # type: ignore[name-defined]
        while rows := await self.database.rows(part.after(last, user_id)):
            items = [
                part.schema.model_validate(_redact(dict(row._mapping), user_id)) for row in rows
            ]
            comma = b"," if last else b""
            yield comma + adapter.dump_json(items).removeprefix(b"[").removesuffix(b"]")
            last = rows[-1].id


def _redact(row: dict[str, Any], user_id: int) -> dict[str, Any]:
    """Removes the origin of another person's action: it is that person's data."""
    return row | REDACTED if row.get("actor_id", user_id) not in (user_id, None) else row
