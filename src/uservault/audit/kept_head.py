"""The end of the chain, kept outside of the database as well."""

import logging
import os
from pathlib import Path
from secrets import token_hex

from uservault.audit.chain import CHAIN, LINKS, Head, is_ours
from uservault.db.database import AnyRow
from uservault.events.models import EventLink
from uservault.wiring.ports import Resources

log = logging.getLogger(__name__)


class KeptHead:
    """Writes the head to USERVAULT_AUDIT__HEAD_FILE, if that is set.

    A head that is missing from the record stays in the file: it is the evidence.
    """

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.sealer = resources.sealer
        self.file = resources.settings.audit.head_file

    def read(self) -> Head | None:
        """Raises ValueError for a file with anything else, and OSError."""
        if self.file is None or not self.exists():
            return None
        return Head.parsed(self.file.read_text().strip())

    def exists(self) -> bool:
        return self.file is not None and self.file.exists()

    def forget(self) -> None:
        if self.file:
            self.file.unlink(missing_ok=True)

    async def head(self) -> Head:
        """The end of the chain as the database has it."""
        last = await self.database.rows(LINKS.order_by(EventLink.position.desc()).limit(1))
        row = last[0] if last else await self._chain()
        return Head(row.position, row.digest) if row else Head(0, "")

    async def keep(self) -> Head:
        """Replaces the kept head by the present one, which it returns."""
        now = await self.head()
        try:
            kept = self.read()
            if kept and not await self._has(kept):
                log.error("the record lacks the head that was kept", extra={"head": str(kept)})
            elif self.file and now.digest and now != kept:
                _replace(self.file, f"{now}\n")
        except (OSError, ValueError) as error:
            log.error("cannot keep the head", extra={"reason": type(error).__name__})
        return now

    async def _has(self, kept: Head) -> bool:
        chain = await self._chain()
        if chain is None or not is_ours(self.sealer, chain):
            return False
        if kept.position < chain.position:
            return True  # it was swept
        here = await self.database.rows(LINKS.where(EventLink.position == kept.position))
        at = here[0] if here else chain
        return bool((at.position, at.digest) == (kept.position, kept.digest))

    async def _chain(self) -> AnyRow | None:
        rows = await self.database.rows(CHAIN)
        return rows[0] if rows else None


def _replace(file: Path, text: str) -> None:
    """At once: a reader sees the old head or the new one."""
    other = file.with_name(f".{file.name}.{token_hex(4)}")
    with open(os.open(other, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as written:
        written.write(text)
    other.replace(file)
