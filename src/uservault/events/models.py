from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from uservault.db.base import NOBODY, Base, BigId, OwnedId, exact


class EventRecord(Base):
    """An event, written in the transaction of the change and never edited.

    It outlives its users: actor and subject are ids, not foreign keys. Personal data has a seal of
    its own and can be erased, see `events.seals`.
    """

    __tablename__ = "events"
    # An index for each filter of the list, in the order of the list.
    __table_args__: ClassVar[Any] = (  # type: ignore[misc]
        Index(None, "actor_id", "at", "id"),
        Index(None, "subject_id", "at", "id"),
        Index(None, "type", "at", "id"),
        Index(None, "at", "id"),
    )

    id: Mapped[OwnedId] = mapped_column(init=False)
    user_id: Mapped[int] = mapped_column(  # follows from the others: see `events.seals.keeper`
        BigId, primary_key=True, autoincrement=False, server_default=str(NOBODY)
    )
    type: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    actor_kind: Mapped[str | None] = mapped_column(exact(16))  # None before 0011: a user
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    session_id: Mapped[int | None] = mapped_column(BigInteger)  # the actor's
    address: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(256))
    request_id: Mapped[str | None] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    # Personal fields of the event, which can be erased.
    personal: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    salt: Mapped[str | None] = mapped_column(exact(43), default=None)
    fingerprint: Mapped[str | None] = mapped_column(exact(43), default=None)
    seal: Mapped[str | None] = mapped_column(exact(43), default=None)


class EventLink(Base):
    """The place of an event in the chain. The chain has the order in which commits were seen."""

    __tablename__ = "event_links"

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    # The event's seal. It is unique, so that no copy of an event is linked.
    seal: Mapped[str] = mapped_column(exact(43), unique=True)
    digest: Mapped[str] = mapped_column(exact(43))  # of this link and the previous digest


class EventChain(Base):
    """The beginning of the chain: a single row, locked before links are added or removed."""

    __tablename__ = "event_chain"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    began_at: Mapped[datetime]
    adopted_to: Mapped[int] = mapped_column(BigInteger)  # up to this id, seals may be its own
    position: Mapped[int] = mapped_column(BigInteger)  # of the last link that was removed, or 0
    digest: Mapped[str] = mapped_column(exact(43))  # of that link
    swept_to: Mapped[datetime | None] = mapped_column(default=None)  # older events are not linked
    seal: Mapped[str | None] = mapped_column(exact(43), default=None)
