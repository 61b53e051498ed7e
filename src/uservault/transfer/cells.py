"""What a CSV cell of a column that is no text means. What it cannot mean is left for validation."""

from collections.abc import Callable, Mapping
from typing import Any

from uservault.web.route import Malformed, strict_json

TRUTH = {"true": True, "1": True, "false": False, "0": False}


def _truth(cell: str) -> Any:
    return TRUTH.get(cell.strip().lower(), cell)


def _number(cell: str) -> Any:
    return int(cell) if cell.isascii() and cell.isdecimal() and len(cell) < 20 else cell


def _names(cell: str) -> Any:
    return [name.strip() for name in cell.split(";")]


def _json(cell: str) -> Any:
    value = strict_json(cell.encode("utf-8", "surrogatepass"))
    return cell if isinstance(value, Malformed) else value


CELLS: Mapping[str, Callable[[str], Any]] = {
    "id": _number,
    "email_verified": _truth,
    "is_active": _truth,
    "roles": _names,
    "profile": _json,
    "metadata_public": _json,
    "metadata_admin": _json,
}
