"""Records events in the database and, once they are committed, writes them to the log."""

import logging
from collections.abc import Iterator
from typing import ClassVar

from uservault.access.guard import MaybePrincipal
from uservault.access.origin import MaybeOrigin
from uservault.db.unit_of_work import after_commit
from uservault.events.models import EventRecord
from uservault.events.seals import keeper, seal
from uservault.kit.schema import Schema
from uservault.telemetry.origin import Origin
from uservault.wiring.scope import Now, Sealing, WriteSession, injected

NOWHERE = Origin()
LOGGED = ("actor_id", "subject_id", "address", "request_id", "data")

log = logging.getLogger("uservault.events")


class Event(Schema):
    """Name subclasses in the past tense. Their other fields are the event's `data`."""

    type: ClassVar[str]
    personal: ClassVar[frozenset[str]] = frozenset()  # fields that are erased with the subject
    subject_id: int | None  # the user it happened to, if known


@injected
class EventLog:
    """Records events with actor, time and origin, in the transaction of the change."""

    session: WriteSession
    now: Now
    sealer: Sealing
    actor: MaybePrincipal
    origin: MaybeOrigin

    def record(self, event: Event) -> None:
        origin = self.origin or NOWHERE
        personal = set(event.personal)
        actor = self.actor.subject if self.actor else None
        record = EventRecord(
            user_id=keeper(event.subject_id, actor.id if actor else None),
            type=event.type,
            at=self.now(),
            actor_kind=actor.kind if actor else None,
            actor_id=actor.id if actor else None,
            subject_id=event.subject_id,
            session_id=self.actor.session_id if self.actor else None,
            address=origin.address,
            user_agent=origin.user_agent,
            request_id=origin.request_id,
            data=event.model_dump(mode="json", exclude={"subject_id"} | personal),
            personal=event.model_dump(mode="json", include=personal, exclude_none=True) or None,
        )
        seal(self.sealer, record)
        self.session.add(record)
        line = {name: getattr(record, name) for name in LOGGED}
        after_commit(self.session, lambda: log.info(event.type, extra=line))


def every_event(kind: type[Event] = Event) -> Iterator[type[Event]]:
    """All classes of events. Those of a feature are known once it is imported."""
    for each in kind.__subclasses__():
        yield each
        yield from every_event(each)
