"""Imports users, batch by batch: each is committed before its results are told."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

from uservault.access.principal import Principal
from uservault.db.unit_of_work import roll_back
from uservault.kit.problems import Conflict, Problem, Unavailable
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
            async for batch in _batches(found):
                read = [read_row(each, keep_ids=self.query.keep_ids) for each in batch]
                results = [each for each in read if isinstance(each, RowResult)]
                rows = [each for each in read if isinstance(each, Row)]
                repeated = rehearsal.repeated(rows)
                results += repeated
                met = {each.line for each in repeated}
                results += await self._write([row for row in rows if row.line not in met])
                yield sorted(results, key=lambda result: result.line)

    async def _write(self, rows: Sequence[Row]) -> Iterable[RowResult]:
        """Hashes first: no connection waits for it."""
        results = await self.resources.shared(ImportedPasswords).fill(rows, self.query)
        rows = [row for row in rows if row.line not in {each.line for each in results}]
        try:
            written, left = await self._together(rows)
        except Conflict:  # somebody else was faster
            written, left = [], rows
        return [*results, *written, *[await self._alone(row) for row in left]]

    async def _together(self, rows: Sequence[Row]) -> tuple[Sequence[RowResult], Sequence[Row]]:
        if not rows:
            return [], []
        async with scope(self.resources, principal=self.by, origin=self.origin) as made:
            batch = made.get(BatchImport)
            written = await batch.together(rows, self.query.on_conflict, self.by)
            if self.query.dry_run:
                await roll_back(made.session)
            return written

    async def _alone(self, row: Row) -> RowResult:
        try:
            async with scope(self.resources, principal=self.by, origin=self.origin) as made:
                batch = made.get(BatchImport)
                result = await batch.alone(row, self.query.on_conflict, self.by)
                if self.query.dry_run:
                    await roll_back(made.session)
                return result
        except Unavailable:
            raise
        except Problem as problem:
            return refused(row.line, problem)


async def _batches(found: AsyncIterable[Found]) -> AsyncIterator[Sequence[Found]]:
    batch = []
    async for each in found:
        batch.append(each)
        if len(batch) == BATCH_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch
