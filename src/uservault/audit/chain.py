"""The chain of events. Each link contains a keyed digest of itself and of the previous link."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from uservault.events.models import EventChain, EventLink, EventRecord
from uservault.kit.crypto import Sealer

CHAIN_ID = 1  # of the single row
HEAD = re.compile(r"(0|[1-9][0-9]{0,17}):([A-Za-z0-9_-]{43})")
BATCH_SIZE = 1000  # events

# Ids and times of events, with their position in the chain or None.
PLACES = (
    select(EventRecord.id, EventRecord.at, EventLink.position)
    .join_from(EventRecord, EventLink, EventLink.event_id == EventRecord.id, isouter=True)
    .limit(BATCH_SIZE)
)
PLACES_BY_ID = PLACES.order_by(EventRecord.id)
EVENTS = select(*EventRecord.__table__.columns).order_by(EventRecord.id)
CHAIN = select(*EventChain.__table__.columns).where(EventChain.id == CHAIN_ID)
LINKS = select(*EventLink.__table__.columns)
UNLINKED = ~select(EventLink.position).where(EventLink.event_id == EventRecord.id).exists()


class ChainTampered(Exception):
    """The chain was changed from outside, or removed. Adding links now would hide that."""


@dataclass(frozen=True, slots=True)
class Head:
    """A position in the chain. The digest covers all events up to there."""

    position: int
    digest: str

    @classmethod
    def parsed(cls, text: str) -> "Head":
        """The inverse of `str`. Raises ValueError."""
        if found := HEAD.fullmatch(text):
            return cls(int(found[1]), found[2])
        raise ValueError(text)

    def __str__(self) -> str:
        return f"{self.position}:{self.digest}"


def next_link(sealer: Sealer, before: Head, event: Any) -> EventLink:
    """The link for a sealed event."""
    place = before.position + 1, event.id, event.seal
    digest = sealer.mac("event-link", *place, before.digest)
    return EventLink(position=place[0], event_id=place[1], seal=place[2], digest=digest)


def follows(sealer: Sealer, before: Head, link: Any) -> bool:
    """Whether we made the link to come directly after `before`."""
    place = link.position, link.event_id, link.seal
    made = sealer.is_mac(link.digest, "event-link", *place, before.digest)
    return bool(link.position == before.position + 1) and made


def seal_chain(sealer: Sealer, chain: EventChain) -> None:
    chain.seal = sealer.mac("event-chain", *_facts(chain))


def is_ours(sealer: Sealer, chain: Any) -> bool:
    return sealer.is_mac(chain.seal, "event-chain", *_facts(chain))


def _facts(chain: Any) -> list[Any]:
    times = [str(time and time.timestamp()) for time in (chain.began_at, chain.swept_to)]
    return [*times, chain.adopted_to, chain.position, chain.digest]


async def locked(session: AsyncSession, sealer: Sealer) -> EventChain:
    """Lock the chain's row, so that no other worker adds or removes links. Raises ChainTampered."""
    chain = await session.get(EventChain, CHAIN_ID, with_for_update=True)
    if chain is None or not is_ours(sealer, chain):
        raise ChainTampered
    return chain


async def head(session: AsyncSession, chain: EventChain) -> Head:
    """The end of the chain."""
    last = select(EventLink).order_by(EventLink.position.desc()).limit(1)
    link = (await session.scalars(last)).first()
    return Head(link.position, link.digest) if link else Head(chain.position, chain.digest)
