"""Seals prove that we recorded an event and that it was not changed since.

The seal covers the whole event, but personal data only through its fingerprint: a keyed digest
with a salt. Erasure deletes the salt too, so that the fingerprint reveals nothing, even to holders
of the key. In the salt's place it leaves a proof that we erased the data.
"""

from datetime import UTC
from typing import Any

from uservault.db.base import NOBODY
from uservault.events.models import EventRecord
from uservault.kit.crypto import Sealer, random_token

SEALED = ("type", "actor_id", "subject_id", "session_id", "request_id", "data")
PERSONAL = ("address", "user_agent", "personal")


def keeper(subject_id: int | None, actor_id: int | None) -> int:
    """The user by whom an event is keyed: its subject, else its actor, else NOBODY."""
    return subject_id or actor_id or NOBODY


def seal(sealer: Sealer, event: EventRecord) -> None:
    """Call it before the event is written. The seal does not cover the id; the chain does."""
    event.salt = random_token()
    event.fingerprint = sealer.mac("event-fingerprint", *_personal(event))
    event.seal = sealer.mac("event", *_sealed(event))


def fault_of(sealer: Sealer, event: Any) -> str | None:
    """How the event was tampered with, as a phrase that follows `event 7`; None if it was not."""
    # NOBODY, too: an older version, which runs beside this one for a while, does not say.
    kept = event.user_id in (NOBODY, keeper(event.subject_id, event.actor_id))
    if not kept or not sealer.is_mac(event.seal, "event", *_sealed(event)):
        return "was edited, or was not written by UserVault"
    if sealer.is_mac(event.fingerprint, "event-fingerprint", *_personal(event)):
        return None
    if _is_erased(sealer, event):
        return None
    return "was edited in its personal data"


def proof_of_erasure(sealer: Sealer, seal: str | None) -> str:
    return sealer.mac("event-erased", seal)


def _is_erased(sealer: Sealer, event: Any) -> bool:
    nothing = all(getattr(event, name) is None for name in PERSONAL)
    return nothing and sealer.is_mac(event.salt, "event-erased", event.seal)


def _sealed(event: Any) -> list[Any]:
    facts = [getattr(event, name) for name in SEALED]
    if event.actor_kind is not None:  # it is older events' that they have none
        facts.append(event.actor_kind)
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    return [at, event.fingerprint, *facts]


def _personal(event: Any) -> list[Any]:
    return [event.salt, *(getattr(event, name) for name in PERSONAL)]
