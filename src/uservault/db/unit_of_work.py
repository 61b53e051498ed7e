from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from uservault.db.database import Database
from uservault.db.errors import translated
from uservault.kit.problems import Problem


@asynccontextmanager
async def unit_of_work(database: Database) -> AsyncIterator[AsyncSession]:
    """One session with one transaction. Only this function commits.

    Raises DatabaseUnavailable, or ConcurrentChange after a deadlock or a lock timeout.
    """
    with translated():
        async with AsyncSession(database.writes, expire_on_commit=False) as session:
            try:
                yield session
            except Problem as problem:
                if problem.keep_writes:
                    await session.commit()
                raise
            await session.commit()
