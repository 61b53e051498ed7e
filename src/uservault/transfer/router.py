"""Moving users in, over HTTP."""

from typing import Annotated, Any

from fastapi import Header, Query, Request
from fastapi.responses import StreamingResponse

from uservault.access.fresh import FreshLoginRequired, FreshProof
from uservault.access.guard import requires
from uservault.access.origin import CurrentOrigin
from uservault.access.principal import Permission, Principal
from uservault.events.log import EventLog
from uservault.kit.problems import UnsupportedMediaType, problems
from uservault.transfer.answer import NDJSON, ImportAnswer
from uservault.transfer.events import UsersExported
from uservault.transfer.export import UserExport
from uservault.transfer.export_schemas import ExportQuery
from uservault.transfer.formats import READING, Reading
from uservault.transfer.importer import Importer
from uservault.transfer.schemas import ImportQuery
from uservault.transfer.writing import MEDIA_TYPES, written
from uservault.web.route import IDENTITY
from uservault.web.routing import Router
from uservault.wiring.scope import CurrentSettings, Inject, Shared, resources_of

router = Router(prefix="/api/users", tags=["users"])

TEXT = {"schema": {"type": "string"}}
ROWS: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A user a line (NDJSON) or a row (CSV with a header): docs/migrating.md.",
        "content": dict.fromkeys(READING, TEXT),
    }
}
ROWS_OUT = {"description": "A row for each user.", "content": dict.fromkeys(READING, TEXT)}
RESULTS = {"description": "A line for each row, then the summary.", "content": {NDJSON: {}}}


@router.post(
    "/import",
    status_code=200,
    response_class=ImportAnswer,
    responses=problems(FreshLoginRequired, UnsupportedMediaType) | {200: RESULTS},
    openapi_extra=ROWS,
)
async def import_users(
    request: Request,
    query: Annotated[ImportQuery, Query()],
    me: Annotated[Principal, requires(Permission.TRANSFER_IMPORT, fresh=True)],
    origin: CurrentOrigin,
    settings: CurrentSettings,
    content_type: Annotated[str, Header(include_in_schema=False)] = "",
    content_encoding: Annotated[str, Header(include_in_schema=False)] = "",
) -> ImportAnswer:
    """Import users, with their passwords or hashes. Reads and answers row by row.

    A row with an error harms no other. Read the answer while you send.
    """
    if content_encoding.strip().lower() not in IDENTITY:
        raise UnsupportedMediaType("Send the body without a Content-Encoding.")
    reading = reading_of(content_type)
    importer = Importer(resources_of(request), query, me, origin)
    return ImportAnswer(importer, reading, settings.server.read_timeout)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses=problems(FreshLoginRequired) | {200: ROWS_OUT},
)
async def export_users(
    query: Annotated[ExportQuery, Query()],
    me: Annotated[Principal, requires(Permission.TRANSFER_EXPORT)],
    proof: Shared[FreshProof],
    events: Inject[EventLog],
    users: Shared[UserExport],
) -> StreamingResponse:
    """Export all users as rows that an import takes. Hashes need a recent proof."""
    if query.hashes:
        proof.require(me)
    events.record(UsersExported(subject_id=None, whole=query.hashes))
    body = written(users.batches(hashes=query.hashes), query.format)
    name = f'attachment; filename="users.{query.format}"'
    headers = {"Content-Disposition": name}
    return StreamingResponse(body, media_type=MEDIA_TYPES[query.format], headers=headers)


def reading_of(content_type: str) -> Reading:
    """Raises UnsupportedMediaType."""
    kind, _, parameters = content_type.partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "")
    if charset not in ("", "charset=utf-8", "header=present", "charset=utf-8;header=present"):
        raise UnsupportedMediaType("Send UTF-8.")
    if reading := READING.get(kind.strip().lower()):
        return reading
    raise UnsupportedMediaType(f"Send {' or '.join(READING)}.")
