"""The hashes of imported users."""

from collections.abc import Sequence

from uservault.kit.problems import Invalid, Problem, Unavailable
from uservault.passwords.policy import PasswordPolicy
from uservault.transfer.rows import Row, refused
from uservault.transfer.schemas import ImportQuery, RowResult
from uservault.wiring.ports import Resources


class ImportedPasswords:
    """Hashes the plain ones, and takes only hashes that a login can verify later."""

    def __init__(self, resources: Resources) -> None:
        self.policy = resources.shared(PasswordPolicy)
        self.hasher = resources.hasher

    async def fill(self, rows: Sequence[Row], query: ImportQuery) -> Sequence[RowResult]:
        """Sets the rows' hashes; returns the rows that are refused.

        Raises TooManyPasswords. A dry run hashes nothing.
        """
        refusals = []
        for row in rows:
            try:
                await self._fill(row, query)
            except Unavailable:
                raise
            except Problem as problem:
                refusals.append(refused(row.line, problem))
        return refusals

    async def _fill(self, row: Row, query: ImportQuery) -> None:
        data = row.data
        if data.password_hash and (reason := self.hasher.reason_against(data.password_hash)):
            raise Invalid(errors=[{"pointer": "/password_hash", "detail": reason}])
        if data.password:
            await self.policy.check(data.password, data.username, data.email)
            row.hash = None if query.dry_run else await self.hasher.hash(data.password)
