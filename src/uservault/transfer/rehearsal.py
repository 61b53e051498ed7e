"""What a dry run remembers instead of the database, which it leaves as it is."""

import sqlite3
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from uservault.transfer.matching import IDS, IdTaken, keys_of
from uservault.transfer.rows import Row, refused
from uservault.transfer.schemas import ImportQuery, OnConflict, RowResult, Status
from uservault.users.identifiers import TAKEN, Kind


class Rehearsal:
    """The keys of the rows so far, in a temporary file: memory stays flat."""

    def __init__(self, query: ImportQuery) -> None:
        self.query = query
        self.seen = sqlite3.connect("", isolation_level=None) if query.dry_run else None

    def __enter__(self) -> Self:
        if self.seen:
            self.seen.execute("PRAGMA journal_mode = OFF")
            self.seen.execute("CREATE TABLE seen (kind, key, PRIMARY KEY (kind, key))")
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        if self.seen:
            self.seen.close()

    def repeated(self, rows: Sequence[Row]) -> list[RowResult]:
        """The results of rows about a user of an earlier row. None if this is no dry run."""
        return [result for row in rows if self.seen and (result := self._met(self.seen, row))]

    def _met(self, seen: sqlite3.Connection, row: Row) -> RowResult | None:
        add = "INSERT OR IGNORE INTO seen VALUES (?, ?)"
        met = [key for key in keys_of(row.data) if not seen.execute(add, key).rowcount]
        if not met:
            return None
        match self.query.on_conflict:
            case OnConflict.SKIP:
                return RowResult(line=row.line, status=Status.SKIPPED)
            case OnConflict.UPDATE:
                return RowResult(line=row.line, status=Status.UPDATED)
        kind, _ = met[0]
        return refused(row.line, IdTaken() if kind == IDS else TAKEN[Kind(kind)]())
