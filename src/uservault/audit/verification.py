"""Looking whether the record of events is what we wrote, all of it, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from uservault.audit.chain import BATCH_SIZE, PLACES, UNLINKED, Head, follows, is_ours
from uservault.db.database import AnyRow
from uservault.events.models import EventChain, EventLink, EventRecord
from uservault.events.seals import fault_of
from uservault.wiring.ports import Resources

SOON = timedelta(hours=1)  # within which a worker has linked what was recorded
MAX_FAULTS = 100  # faults that are told one by one

CHAIN = select(*EventChain.__table__.columns)
LINKS = select(*EventLink.__table__.columns).order_by(EventLink.position)
EVENTS = select(*EventRecord.__table__.columns).order_by(EventRecord.id)


@dataclass(kw_only=True)
class Findings:
    """`faults` are the first MAX_FAULTS of all `count`; `head` is the end of the chain."""

    head: Head
    began_at: datetime | None
    linked: int = 0
    waiting: int = 0
    count: int = 0
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def blame(self, what: str) -> None:
        self.count += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(what)


class ChainVerification:
    """Reads the whole record once, a thousand rows at a time, while work goes on."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.sealer = resources.sealer
        self.now = resources.clock

    async def run(self, known: Head | None = None) -> Findings:
        """`known` is a head that was kept elsewhere: what it stands for must be there still."""
        before, after = None, await self._chain()
        while True:
            before = after
            findings = await self._look(before, known)
            after = await self._chain()
            if after == before:  # else a sweep took away what was being looked at
                return findings

    async def head(self) -> Head:
        chain = await self._chain()
        last = await self.database.rows(LINKS.order_by(None).order_by(LAST).limit(1))
        return _head(last[0] if last else chain)

    async def _chain(self) -> AnyRow | None:
        rows = await self.database.rows(CHAIN)
        return rows[0] if rows else None

    async def _look(self, chain: AnyRow | None, known: Head | None) -> Findings:
        findings = Findings(head=_head(chain), began_at=chain.began_at if chain else None)
        if chain and not is_ours(self.sealer, chain):
            findings.blame("the beginning of the chain was edited")
        await self._look_before(findings)
        if known:
            _compare(findings, known)
        await self._look_at_links(findings, known, has_begun=chain is not None)
        if known and findings.head.position < known.position:
            end = f"{findings.head.position}, and reached {known.position}"
            findings.blame(f"the chain was cut off: it ends at {end}")
        await self._look_at_the_others(findings, chain)
        return findings

    async def _look_before(self, findings: Findings) -> None:
        early = LINKS.where(EventLink.position <= findings.head.position).limit(BATCH_SIZE)
        for link in await self.database.rows(early):
            findings.blame(f"link {link.position} was put in before the beginning")

    async def _look_at_links(
        self, findings: Findings, known: Head | None, *, has_begun: bool
    ) -> None:
        while links := await self._page(findings.head.position):
            if not has_begun:
                findings.blame("the beginning of the chain was removed")
                has_begun = True
            ids = [link.event_id for link in links]
            rows = await self.database.rows(EVENTS.where(EventRecord.id.in_(ids)))
            events = {row.id: row for row in rows}
            for link in links:
                self._look_at_link(findings, link)
                self._look_at_event(findings, link, events.get(link.event_id))
                if known:
                    _compare(findings, known)

    async def _page(self, position: int) -> Sequence[AnyRow]:
        return await self.database.rows(
            LINKS.where(EventLink.position > position).limit(BATCH_SIZE)
        )

    def _look_at_link(self, findings: Findings, link: AnyRow) -> None:
        before = findings.head
        if link.position > before.position + 1:
            gone = f"{before.position + 1} to {link.position - 1}"
            findings.blame(f"links {gone} were removed")
        elif not follows(self.sealer, before, link):
            findings.blame(f"link {link.position} was edited, or the one before it")
        findings.head = _head(link)

    def _look_at_event(self, findings: Findings, link: AnyRow, event: AnyRow | None) -> None:
        findings.linked += 1
        if event is None:
            findings.blame(f"event {link.event_id} was removed")
        elif fault := fault_of(self.sealer, event):
            findings.blame(f"event {event.id} {fault}")
        elif event.seal != link.seal:
            findings.blame(f"event {event.id} is not the one that was recorded as {event.id}")

    async def _look_at_the_others(self, findings: Findings, chain: AnyRow | None) -> None:
        id = 0
        while rows := await self.database.rows(PLACES.where(EventRecord.id > id)):
            if ids := [row.id for row in rows if row.position is None]:
                alone = EVENTS.where(EventRecord.id.in_(ids), UNLINKED)
                for event in await self.database.rows(alone):
                    await self._look_at_unlinked(findings, event, chain)
            id = rows[-1].id

    async def _look_at_unlinked(
        self, findings: Findings, event: AnyRow, chain: AnyRow | None
    ) -> None:
        unsealed = event.seal is None and (chain is None or event.id <= chain.adopted_to)
        same = select(EventLink.event_id).where(EventLink.seal == event.seal)
        if not unsealed and (fault := fault_of(self.sealer, event)):
            findings.blame(f"event {event.id} {fault}")
        elif original := await self.database.rows(same):
            findings.blame(f"event {event.id} is a copy of {original[0].event_id}")
        elif chain and event.at < self.now() - SOON:
            findings.blame(f"event {event.id} was put in, or no worker has run for an hour")
        else:
            findings.waiting += 1


LAST = EventLink.position.desc()


def _head(row: Any) -> Head:
    return Head(row.position, row.digest) if row else Head(0, "")


def _compare(findings: Findings, known: Head) -> None:
    """The head that was kept, with what stands in its place now."""
    here = findings.head
    if known.position == here.position and known.digest != here.digest:
        findings.blame(f"link {here.position} is another than it was")
