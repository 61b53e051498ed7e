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


def state(**others: object) -> dict[str, Any]:
    """A user's state in an event: of somebody who registered, unless it is said otherwise."""
    registered = {"is_active": True, "inactive_until": None, "email_verified": False}
    return registered | {"deleted": False} | others


SAME = {"before": state(), "after": state()}  # in the event of a change of something else
