from sqlalchemy import select

from uservault.idempotency.models import StoredAnswer
from uservault.wiring.ports import Resources

REPLAYED = "Idempotent-Replayed"


def keyed(key: str = "0d7a") -> dict[str, str]:
    return {"Idempotency-Key": key}


async def stored(resources: Resources) -> list[str]:
    """Each stored answer as the database has it."""
    rows = await resources.database.rows(select(*StoredAnswer.__table__.columns))
    return [" ".join(map(str, row)) for row in rows]
