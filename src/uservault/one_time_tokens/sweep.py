from sqlalchemy import delete, select

from uservault.db.unit_of_work import unit_of_work
from uservault.one_time_tokens.models import OneTimeToken
from uservault.wiring.ports import Resources

BATCH_SIZE = 500


class OneTimeTokenSweep:
    """Forgets one-time tokens that have expired."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.now = resources.clock

    async def run_once(self) -> int:
        """The number of one-time tokens that were forgotten."""
        over = (
            select(OneTimeToken.id).where(OneTimeToken.expires_at <= self.now()).limit(BATCH_SIZE)
        )
        ids = [row[0] for row in await self.database.rows(over)]
        if ids:
            async with unit_of_work(self.database) as session:
                await session.execute(delete(OneTimeToken).where(OneTimeToken.id.in_(ids)))
        return len(ids)
