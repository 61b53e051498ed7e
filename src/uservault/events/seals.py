"""Seals: that what is recorded was recorded by us, and was not changed since.

The seal of an event covers all of it, what is personal only by its fingerprint: a keyed digest
with a salt. Erasing takes the salt with the rest, so that nobody, with the key or without, learns
anything from the fingerprint; and leaves in its place the proof that it was us who erased.
"""

from datetime import UTC
from typing import Any

from uservault.events.models import EventRecord
from uservault.kit.crypto import Sealer, random_token

SEALED = ("type", "actor_id", "subject_id", "session_id", "request_id", "data")
PERSONAL = ("address", "user_agent", "personal")


def seal(sealer: Sealer, event: EventRecord) -> None:
    """Before it is written: it has no id yet, which the chain will hold."""
    event.salt = random_token()
    event.fingerprint = sealer.mac("event-fingerprint", *_personal(event))
    event.seal = sealer.mac("event", *_sealed(event))


def fault_of(sealer: Sealer, event: Any) -> str | None:
    """What was done to it since it was sealed, if anything."""
    if not sealer.is_mac(event.seal, "event", *_sealed(event)):
        return "was edited, or not written by us"
    if sealer.is_mac(event.fingerprint, "event-fingerprint", *_personal(event)):
        return None
    if _is_erased(sealer, event):
        return None
    return "was edited in what is personal"


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
