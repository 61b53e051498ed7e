"""Things done to the record of events, by us and by whoever would rather we did not notice."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from uservault.audit.linking import LateLinking, Linking
from uservault.audit.sweep import EventSweep
from uservault.audit.verification import ChainVerification, Findings
from uservault.auth.events import LoginFailed
from uservault.db.unit_of_work import unit_of_work
from uservault.events.log import EventLog
from uservault.telemetry.origin import Origin
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

NOT_OURS = "was edited, or was not written by UserVault"
SOMEWHERE = Origin(address="192.0.2.7", user_agent="curl", request_id="r1")


async def record(resources: Resources, *subjects: int) -> None:
    """An event for each, each in a transaction of its own."""
    for subject in subjects:
        async with scope(resources, origin=SOMEWHERE) as made:
            made.get(EventLog).record(LoginFailed(subject_id=subject))


async def record_many(resources: Resources, count: int, subject: int = 1) -> None:
    """All in one transaction."""
    async with scope(resources, origin=SOMEWHERE) as made:
        log = made.get(EventLog)
        for _ in range(count):
            log.record(LoginFailed(subject_id=subject))


async def chained(resources: Resources, *subjects: int) -> None:
    await record(resources, *subjects)
    await Linking(resources).run_once()


async def link_late(resources: Resources) -> int:
    return await LateLinking(resources).run_once()


async def sweep(resources: Resources, days: int) -> int:
    """With that retention, until nothing is left to be swept."""
    settings = resources.settings
    events = settings.events.model_copy(update={"retention": timedelta(days=days)})
    sweep = EventSweep(replace(resources, settings=settings.model_copy(update={"events": events})))
    swept = 0
    while some := await sweep.run_once():
        swept += some
    return swept


async def tamper(resources: Resources, *statements: str) -> None:
    """With nothing but access to the database."""
    async with unit_of_work(resources.database) as session:
        for statement in statements:
            await session.execute(text(statement))


async def verified(resources: Resources) -> Findings:
    return await ChainVerification(resources).run()


async def faults(resources: Resources) -> list[str]:
    return (await verified(resources)).faults


async def links(resources: Resources) -> list[tuple[Any, ...]]:
    """Positions, and which event has each."""
    found = text("SELECT position, event_id FROM event_links ORDER BY position")
    return [tuple(row) for row in await resources.database.rows(found)]
