"""What the record of events holds."""

from typing import Any

from sqlalchemy import select

from uservault.events.models import EventRecord
from uservault.wiring.ports import Resources


async def history(resources: Resources, *columns: str) -> list[Any]:
    """Those columns of every event, in order; just the values if it is one column."""
    wanted = [getattr(EventRecord, name) for name in columns or ("type",)]
    rows = await resources.database.rows(select(*wanted).order_by(EventRecord.id))
    return [row[0] if len(row) == 1 else tuple(row) for row in rows]
