"""Tells operators why the database is not available."""

import logging
from time import monotonic

from uservault.db.causes import cause_of

log = logging.getLogger(__name__)

EVERY = 60.0  # seconds in which each cause is logged once


class Outages:
    """One per `Database`. An outage fails many requests at once, and is one line in the log."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}  # when, by cause; there are few

    def tell(self, error: BaseException) -> None:
        self.tell_cause(cause_of(error))

    def tell_cause(self, cause: str) -> None:
        """It contains no secrets."""
        now = monotonic()
        if now - self._told.get(cause, -EVERY) >= EVERY:
            self._told[cause] = now
            log.error("the database is not available", extra={"cause": cause})
