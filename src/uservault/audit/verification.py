"""Verifies that the record contains exactly the events that we wrote, unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select

from uservault.audit.chain import (
    BATCH_SIZE,
    CHAIN,
    CHAIN_ID,
    EVENTS,
    LINKS,
    PLACES_BY_ID,
    UNLINKED,
    Head,
    follows,
    is_ours,
)
from uservault.audit.kept_head import KeptHead
from uservault.audit.reading import readable
from uservault.db.database import AnyRow
from uservault.events.models import EventChain, EventLink, EventRecord
from uservault.events.seals import fault_of
from uservault.wiring.ports import Resources

LINKED_WITHIN = timedelta(hours=1)  # by then, a worker has linked an event
MAX_FAULTS = 100  # further faults are only counted
NO_CHAIN = "there is no chain: it was removed, or `uservault audit adopt` has to begin it"

IN_ORDER = LINKS.order_by(EventLink.position)
OTHER_CHAINS = select(EventChain.id).where(EventChain.id != CHAIN_ID)


@dataclass(kw_only=True)
class Findings:
    """`faults`: the first MAX_FAULTS of `count` faults. `head`: the end of the chain."""

    head: Head
    began_at: datetime | None
    linked: int = 0
    waiting: int = 0
    count: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, fault: str) -> None:
        self.count += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(fault)


class ChainVerification:
    """Reads the whole record in batches. Writers go on meanwhile."""

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.sealer = resources.sealer
        self.now = resources.clock
        self.kept = resources.shared(KeptHead)

    async def run(self, known: Head | None = None) -> Findings:
        """`known`: a head that was kept elsewhere and must still be in the chain.

        Without one, it is the one of USERVAULT_AUDIT__HEAD_FILE, if there is one.
        """
        known = known or self.kept.read()
        before, after = None, await self._chain()
        while True:
            before = after
            findings = await self._check(before, known)
            after = await self._chain()
            if after == before:  # otherwise a sweep removed events during the check: try again
                return findings

    async def _chain(self) -> AnyRow | None:
        rows = await self.database.rows(CHAIN)
        return rows[0] if rows else None

    async def _check(self, chain: AnyRow | None, known: Head | None) -> Findings:
        findings = Findings(head=_head(chain), began_at=chain.began_at if chain else None)
        if chain is None:
            findings.add(NO_CHAIN)
        elif not is_ours(self.sealer, chain):
            findings.add("the beginning of the chain was edited")
        for other in await self.database.rows(OTHER_CHAINS):
            findings.add(f"another chain was put in, with the id {other.id}")
        await self._check_start(findings)
        if known:
            _compare(findings, known)
        await self._check_links(findings, known)
        if known and findings.head.position < known.position:
            end = f"it ends at {findings.head.position} instead of {known.position} or later"
            findings.add(f"the end of the chain was removed: {end}")
        await self._check_unlinked(findings, chain)
        return findings

    async def _check_start(self, findings: Findings) -> None:
        early = IN_ORDER.where(EventLink.position <= findings.head.position).limit(BATCH_SIZE)
        for link in await self.database.rows(early):
            findings.add(f"link {link.position} was inserted before the beginning")

    async def _check_links(self, findings: Findings, known: Head | None) -> None:
        while links := await self._page(findings.head.position):
            rows = await self._events(findings, [link.event_id for link in links])
            events = {row.id: row for row in rows}
            if len(rows) > len(events):  # the database keeps ids apart for each user only
                findings.add(f"events were inserted under ids of others, up to {max(events)}")
            for link in links:
                self._check_link(findings, link)
                self._check_event(findings, link, events.get(link.event_id))
                if known:
                    _compare(findings, known)

    async def _page(self, position: int) -> Sequence[AnyRow]:
        return await self.database.rows(
            IN_ORDER.where(EventLink.position > position).limit(BATCH_SIZE)
        )

    async def _events(
        self, findings: Findings, ids: Sequence[int], *which: ColumnElement[bool]
    ) -> Sequence[AnyRow]:
        async def fetch(some: Sequence[int]) -> Sequence[AnyRow]:
            return await self.database.rows(EVENTS.where(EventRecord.id.in_(some), *which))

        batch = await readable(fetch, ids)
        for id in batch.unreadable:
            findings.add(f"event {id} cannot be read: UserVault did not write it")
        return batch.rows

    def _check_link(self, findings: Findings, link: AnyRow) -> None:
        before = findings.head
        if link.position > before.position + 1:
            gone = f"{before.position + 1} to {link.position - 1}"
            findings.add(f"links {gone} were removed")
        elif not follows(self.sealer, before, link):
            findings.add(f"link {link.position} or the one before it was edited")
        findings.head = _head(link)

    def _check_event(self, findings: Findings, link: AnyRow, event: AnyRow | None) -> None:
        findings.linked += 1
        if event is None:
            findings.add(f"event {link.event_id} was removed")
        elif fault := fault_of(self.sealer, event):
            findings.add(f"event {event.id} {fault}")
        elif event.seal != link.seal:
            findings.add(f"event {event.id} was replaced by another event")

    async def _check_unlinked(self, findings: Findings, chain: AnyRow | None) -> None:
        id = 0
        while rows := await self.database.rows(PLACES_BY_ID.where(EventRecord.id > id)):
            if ids := [row.id for row in rows if row.position is None]:
                for event in await self._events(findings, ids, UNLINKED):
                    await self._check_unlinked_event(findings, event, chain)
            id = rows[-1].id

    async def _check_unlinked_event(
        self, findings: Findings, event: AnyRow, chain: AnyRow | None
    ) -> None:
        same = select(EventLink.event_id).where(EventLink.seal == event.seal)
        if fault := fault_of(self.sealer, event):
            findings.add(f"event {event.id} {fault}")
        elif original := await self.database.rows(same):
            findings.add(f"event {event.id} is a copy of event {original[0].event_id}")
        elif chain and event.at < self.now() - LINKED_WITHIN:
            findings.add(f"event {event.id} was inserted, or no worker has run for an hour")
        else:
            findings.waiting += 1


def _head(row: Any) -> Head:
    return Head(row.position, row.digest) if row else Head(0, "")


def _compare(findings: Findings, known: Head) -> None:
    here = findings.head
    if known.position == here.position and known.digest != here.digest:
        findings.add(f"link {here.position} was replaced")
