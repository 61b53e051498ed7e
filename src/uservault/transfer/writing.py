"""Writes rows as NDJSON or CSV, as an import reads them."""

import csv
import io
import json
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeAlias

from uservault.transfer.results import line
from uservault.transfer.schemas import ImportRow

Rows: TypeAlias = Sequence[Mapping[str, Any]]
COLUMNS = [name for name in ImportRow.model_fields if name != "password"]


class ExportFormat(StrEnum):
    NDJSON = "ndjson"
    CSV = "csv"


MEDIA_TYPES = {
    ExportFormat.NDJSON: "application/x-ndjson",
    ExportFormat.CSV: "text/csv; charset=utf-8",
}


async def written(batches: AsyncIterable[Rows], format: ExportFormat) -> AsyncIterator[bytes]:
    if format is ExportFormat.CSV:
        yield _csv([COLUMNS])
    async for rows in batches:
        if format is ExportFormat.CSV:
            yield _csv([[_cell(row.get(name)) for name in COLUMNS] for row in rows])
        else:
            yield b"".join(map(line, rows))


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ";".join(value)
    if isinstance(value, bool | dict):
        return json.dumps(value)
    return "" if value is None else str(value)
