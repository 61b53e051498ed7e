"""Imports users, batch by batch: each is committed before its results are told."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from uservault.access.principal import Permission, Principal
from uservault.db.errors import Unstorable
from uservault.db.unit_of_work import roll_back
from uservault.kit.problems import Conflict, Forbidden, Problem, Unauthorized, Unavailable
from uservault.sessions.authenticator import SessionAuthenticator
from uservault.telemetry.origin import Origin
from uservault.transfer.batch import BatchImport
from uservault.transfer.formats import Found
from uservault.transfer.passwords import ImportedPasswords
from uservault.transfer.rehearsal import Rehearsal
from uservault.transfer.rows import Row, read_row, refused
from uservault.transfer.schemas import ImportQuery, RowResult
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

BATCH_SIZE = 250  # rows
BATCH_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Importer:
    """`by` is the importer, or None for the operator of the command line."""

    resources: Resources
    query: ImportQuery
    by: Principal | None = None
    origin: Origin | None = None

    async def run(self, found: AsyncIterable[Found]) -> AsyncIterator[Sequence[RowResult]]:
        """The results of each batch, in the order of the rows.

        Raises Unavailable, after which none of the batch's rows is written.
        """
        with Rehearsal(self.query) as rehearsal:
            async for read in _batches(found, self.query):
                by = await self._still_admitted()
                results = [each for each in read if isinstance(each, RowResult)]
                rows = [each for each in read if isinstance(each, Row)]
                repeated = rehearsal.repeated(rows)
                results += repeated
                met = {each.line for each in repeated}
                results += await self._write([row for row in rows if row.line not in met], by)
                yield sorted(results, key=lambda result: result.line)

    async def _still_admitted(self) -> Principal | None:
        """The importer as they are now. Raises Unauthorized or Forbidden: their session may have
        ended, or their right, since the import began."""
        if self.by is None:
            return None
        by = await self.resources.shared(SessionAuthenticator).again(self.by)
        if by is None:
            raise Unauthorized
        if Permission.TRANSFER_IMPORT not in by.permissions:
            raise Forbidden(missing=[Permission.TRANSFER_IMPORT])
        return by

    async def _write(self, rows: Sequence[Row], by: Principal | None) -> Iterable[RowResult]:
        """Hashes first: no connection waits for it."""
        results = await self.resources.shared(ImportedPasswords).fill(rows, self.query)
        rows = [row for row in rows if row.line not in {each.line for each in results}]
        try:
            written, left = await self._together(rows, by)
        except (Conflict, Unstorable):  # somebody else was faster, or one spoils it
            written, left = [], rows
        return [*results, *written, *[await self._alone(row, by) for row in left]]

    async def _together(
        self, rows: Sequence[Row], by: Principal | None
    ) -> tuple[Sequence[RowResult], Sequence[Row]]:
        if not rows:
            return [], []
        async with self._batch(by) as batch:
            return await batch.together(rows, self.query.on_conflict, by)

    async def _alone(self, row: Row, by: Principal | None) -> RowResult:
        try:
            async with self._batch(by) as batch:
                return await batch.alone(row, self.query.on_conflict, by)
        except Unavailable:
            raise
        except Problem as problem:
            return refused(row.line, problem)

    @asynccontextmanager
    async def _batch(self, by: Principal | None) -> AsyncIterator[BatchImport]:
        """In a unit of work, which a dry run undoes."""
        async with scope(self.resources, principal=by, origin=self.origin) as made:
            yield made.get(BatchImport)
            if self.query.dry_run:
                await roll_back(made.session)


async def _batches(
    found: AsyncIterable[Found], query: ImportQuery
) -> AsyncIterator[Sequence[Row | RowResult]]:
    """At most BATCH_SIZE rows each, or as many as come to BATCH_BYTES."""
    batch: list[Row | RowResult] = []
    size = 0
    async for each in found:
        batch.append(read_row(each, query))
        size += each.size
        if len(batch) == BATCH_SIZE or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
