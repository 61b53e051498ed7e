from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession

from uservault.db.database import Database
from uservault.db.errors import translated
from uservault.kit.problems import Problem

AFTER_COMMIT = "after_commit"  # of a session's `info`: what to call


@asynccontextmanager
async def unit_of_work(database: Database) -> AsyncIterator[AsyncSession]:
    """One session with one transaction. Only this function commits.

    Raises DatabaseUnavailable, or ConcurrentChange after a deadlock or a lock timeout.
    """
    with translated(database.outages.tell):
        async with AsyncSession(database.writes, expire_on_commit=False) as session:
            try:
                yield session
            except Problem as problem:
                if problem.keep_writes:
                    await _commit(session)
                raise
            await _commit(session)


def after_commit(session: AsyncSession, act: Callable[[], None]) -> None:
    """Call `act` once the unit of work is committed; never if it is rolled back."""
    session.info.setdefault(AFTER_COMMIT, []).append(act)


async def roll_back(session: AsyncSession) -> None:
    """Undo what was done. The unit of work goes on, and commits what comes after."""
    session.info.pop(AFTER_COMMIT, None)
    await session.rollback()


async def _commit(session: AsyncSession) -> None:
    await session.commit()
    for act in session.info.pop(AFTER_COMMIT, ()):
        act()
