"""What the service said it did, and whether it is so."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

GONE = None


@dataclass
class Ledger:
    """For each user the addresses they may have now; GONE among them if they may not exist.

    More than one while a request is under way, and for ever if it was never answered.
    """

    possible: dict[str, set[str | None]] = field(default_factory=dict)
    answered: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    busy: asyncio.Event = field(default_factory=asyncio.Event)
    enough: int = 0

    def wait_for(self, answers: int) -> None:
        """`busy` is set when there are so many more."""
        self.busy = asyncio.Event()
        self.enough = self.answered.total() + answers

    def asked(self, name: str, outcome: str | None) -> None:
        self.possible.setdefault(name, {GONE}).add(outcome)
        self.unanswered += 1

    def done(self, name: str, outcome: str | None, deed: str) -> None:
        """A 2xx: now it is that and nothing else."""
        self.possible[name] = {outcome}
        self.answered[deed] += 1
        self.unanswered -= 1
        if self.answered.total() >= self.enough:
            self.busy.set()

    def broken(self, addresses: Mapping[str, str]) -> list[str]:
        """Whose promise was broken, if the database holds these addresses by username."""
        known = self.possible.items()
        return [name for name, possible in known if addresses.get(name) not in possible]
