"""Validates rows. What is wrong with a row is told with it, and harms no other."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from uservault.kit.problems import Invalid, Problem, pointer
from uservault.metadata.merge import encode
from uservault.metadata.models import Kind as Metadata
from uservault.metadata.service import MAX_BYTES
from uservault.transfer.formats import Found
from uservault.transfer.schemas import ImportQuery, ImportRow, RowResult, Status
from uservault.web.route import Malformed

NEEDS_KEEP_IDS = "Ids are taken with `keep_ids` alone."
TOO_LARGE = f"It is larger than {MAX_BYTES:,} bytes."


@dataclass(slots=True, repr=False)
class Row:
    """A valid row on its way. `hash` is of its password, once it has one."""

    line: int
    data: ImportRow
    hash: str | None = None
    id: int | None = None  # that the user gets; a dry run takes none, which would move the sequence
    metadata: Mapping[str, Any] = field(default_factory=dict)


def read_row(found: Found, query: ImportQuery) -> Row | RowResult:
    """A result is the error that the row has."""
    if isinstance(found.values, Malformed):
        return refused(found.line, Invalid(found.values.reason))
    try:
        data = ImportRow.model_validate(found.values)
    except ValidationError as error:
        return refused(found.line, _invalid(error))
    documents = {each.value: getattr(data, each.value) for each in Metadata}
    metadata = {name: value for name, value in documents.items() if value is not None}
    if errors := [*_errors(data, metadata, query.keep_ids)]:
        return refused(found.line, Invalid(errors=errors))
    id = None if query.dry_run else data.id
    return Row(found.line, data, data.password_hash, id, metadata)


def _errors(
    data: ImportRow, metadata: Mapping[str, Any], keep_ids: bool
) -> Iterable[dict[str, str]]:
    if data.id is not None and not keep_ids:
        yield {"pointer": "/id", "detail": NEEDS_KEEP_IDS}
    for name, document in metadata.items():
        if len(encode(document)) > MAX_BYTES:
            yield {"pointer": pointer(name), "detail": TOO_LARGE}


def _invalid(error: ValidationError) -> Invalid:
    # Never the value: it may be a password.
    found = error.errors(include_url=False, include_context=False, include_input=False)
    errors = [
        {
            "pointer": pointer(*each["loc"]),
            "detail": str(each["msg"]).removeprefix("Value error, "),
        }
        for each in found[:20]
    ]
    return Invalid(errors=errors)


def refused(line: int, problem: Problem) -> RowResult:
    """The error of a row, as the API would have answered it."""
    members = problem.body(None)
    errors = members.get("errors")
    return RowResult(
        line=line,
        status=Status.ERROR,
        code=members["code"],
        title=members["title"],
        detail=members.get("detail"),
        errors=errors and [_of_row(each) for each in errors],
    )


def _of_row(error: Mapping[str, str]) -> dict[str, str]:
    """Pointers of other problems begin at a request; these begin at the row."""
    return {**error, "pointer": error["pointer"].removeprefix("/body")}
