"""What an import by command came to, and the rows that it refused."""

import itertools
import json
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from pathlib import Path
from typing import IO

from uservault.kit.files import private
from uservault.transfer.formats import Found
from uservault.transfer.results import count
from uservault.transfer.schemas import RowResult, Status, Summary
from uservault.web.route import Malformed


class Report:
    """Counts results, and keeps refused rows in a file that can be mended and imported.

    Only its owner may read the file: it holds hashes.
    """

    def __init__(self, refused: Path, *, dry_run: bool) -> None:
        self.summary = Summary(dry_run=dry_run)
        self.reasons: Counter[str] = Counter()
        self.path = refused
        self._file: IO[str] | None = None
        self._rows: dict[int, Found] = {}

    async def watching(self, found: AsyncIterable[Found]) -> AsyncIterator[Found]:
        """Remembers rows until their results come."""
        async for each in found:
            self._rows[each.line] = each
            yield each

    def add(self, results: Sequence[RowResult]) -> None:
        count(self.summary, results)
        for result in results:
            row = self._rows.pop(result.line)
            if result.status is Status.ERROR:
                self.reasons[result.code or ""] += 1
                self._keep(row, result)

    def close(self) -> None:
        if self._file:
            self._file.close()

    def text(self) -> str:
        """A few lines for people."""
        counts = self.summary
        said = "would be " if counts.dry_run else ""
        text = f"{counts.rows:,} rows: {said}{counts.created:,} created, {counts.updated:,} updated"
        text += f", {counts.skipped:,} skipped, {counts.errors:,} refused"
        for code, times in self.reasons.most_common():
            text += f"\n  {times:,} {code}"
        return f"{text}\nrefused rows: {self.path}" if self._file else text

    def _keep(self, row: Found, result: RowResult) -> None:
        if self._file is None:
            self.path = _free(self.path)
            self._file = open(  # noqa: SIM115 - until `close`
                self.path, "x", encoding="utf-8", errors="replace", opener=private
            )
        self._file.write(f"# line {result.line}: {_why(result)}\n{_text(row)}\n")


def _free(path: Path) -> Path:
    """A name that no file has: the one before may be the input."""
    names = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(each for each in itertools.chain([path], names) if not each.exists())


def _text(row: Found) -> str:
    if isinstance(row.values, Malformed):
        return row.text.decode(errors="replace")
    return json.dumps(dict(row.values))


def _why(result: RowResult) -> str:
    errors = [f"{each['pointer']} {each['detail']}" for each in result.errors or ()]
    return "; ".join([result.code or "", *filter(None, [result.detail]), *errors])
