"""The results of an import as text, and their sum."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import to_json

from uservault.transfer.schemas import RowResult, Status, Summary

COUNTED = {
    Status.CREATED: "created",
    Status.UPDATED: "updated",
    Status.SKIPPED: "skipped",
    Status.ERROR: "errors",
}


def line(members: Mapping[str, Any]) -> bytes:
    """A line of NDJSON."""
    return to_json(members) + b"\n"


def lines(results: Sequence[RowResult]) -> bytes:
    return b"".join(line(result.model_dump(exclude_none=True)) for result in results)


def count(summary: Summary, results: Sequence[RowResult]) -> None:
    """Adds them to the summary."""
    summary.rows += len(results)
    for result in results:
        name = COUNTED[result.status]
        setattr(summary, name, getattr(summary, name) + 1)
