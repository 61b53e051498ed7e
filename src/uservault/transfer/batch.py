"""Writes a batch of rows, together as far as they do not meet, else one after the other."""

from collections.abc import Sequence

from uservault.access.principal import Principal
from uservault.transfer.creation import UserCreation
from uservault.transfer.matching import Key, Match, Matches, keys_of
from uservault.transfer.rows import Row, refused
from uservault.transfer.schemas import OnConflict, RowResult, Status
from uservault.transfer.update import UserChange
from uservault.wiring.scope import Inject, injected


@injected
class BatchImport:
    """In one unit of work. `by` is the importer, or None for the operator of the command line."""

    matches: Inject[Matches]
    creation: Inject[UserCreation]
    change: Inject[UserChange]

    async def together(
        self, rows: Sequence[Row], on_conflict: OnConflict, by: Principal | None
    ) -> tuple[Sequence[RowResult], Sequence[Row]]:
        """The results of the rows, and those that are left for `alone`, which wait for others.

        Raises like `UserCreation.create`.
        """
        matches = await self.matches.of(rows)
        alone = {row.line for row in repeated(rows)}
        updated = on_conflict is OnConflict.UPDATE
        alone |= {line for line, match in matches.items() if updated and not match.deleted}
        here = [row for row in rows if row.line not in alone]
        new = [row for row in here if row.line not in matches]
        old = [_kept(row.line, matches[row.line], on_conflict)
               for row in here if row.line in matches]  # fmt: skip
        created = await self.creation.create(new, by) if new else []
        return [*created, *old], [row for row in rows if row.line in alone]

    async def alone(self, row: Row, on_conflict: OnConflict, by: Principal | None) -> RowResult:
        """Raises the problem that the row has."""
        match = (await self.matches.of([row])).get(row.line)
        if match is None:
            [result] = await self.creation.create([row], by)
            return result
        if match.deleted or on_conflict is not OnConflict.UPDATE:
            return _kept(row.line, match, on_conflict)
        await self.change.apply(match.user_id, row, by)
        return RowResult(line=row.line, status=Status.UPDATED, id=match.user_id)


def repeated(rows: Sequence[Row]) -> Sequence[Row]:
    """Those that share what is one user's alone with a row before them."""
    seen: set[Key] = set()
    found = []
    for row in rows:
        keys = set(keys_of(row.data))
        if keys & seen:
            found.append(row)
        seen |= keys
    return found


def _kept(line: int, match: Match, on_conflict: OnConflict) -> RowResult:
    if on_conflict is OnConflict.SKIP and not match.deleted:
        return RowResult(line=line, status=Status.SKIPPED, id=match.user_id)
    return refused(line, match.problem())
