"""Reads the options of a database URL, in the spellings of many tools and providers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Query: TypeAlias = Mapping[str, str | Sequence[str]]

PRINTABLE = re.compile(r"[\w.-]{1,40}")
YES, NO = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}
OURS = "UserVault has settings of its own for it"
USELESS = "it makes no difference here"


class BadDatabaseUrl(ValueError):
    """The message never repeats the URL, which may contain a password."""


@dataclass(frozen=True, slots=True)
class Options:
    """`known`: what our drivers are told. `left_out`: what does nothing, each with its reason."""

    known: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


def folded(query: Query) -> Mapping[str, str]:
    """The options by lower-case names with underscores. Of several values, the last counts."""
    return {
        name.lower().replace("-", "_"): value if isinstance(value, str) else value[-1]
        for name, value in query.items()
    }


def refuse_unknown(names: Iterable[str], known: Iterable[str]) -> None:
    """Raises BadDatabaseUrl, with the list of known options. Names are shown if they look it."""
    known = set(known)
    if unknown := sorted(set(names) - known):
        shown = ", ".join(name for name in unknown if PRINTABLE.fullmatch(name))
        raise BadDatabaseUrl(
            f"unknown option {shown or '(not a name)'}; the known ones are"
            f" {', '.join(sorted(known))}"
        )


def one_of(name: str, value: str, allowed: Iterable[str]) -> str:
    """The value. Raises BadDatabaseUrl, without the value."""
    allowed = list(allowed)
    if value not in allowed:
        raise BadDatabaseUrl(f"{name} should be one of {', '.join(allowed)}")
    return value


def is_yes(name: str, value: str) -> bool:
    if value.lower() not in YES | NO:
        raise BadDatabaseUrl(f"{name} should be true or false")
    return value.lower() in YES


def whole(name: str, value: str) -> str:
    if not re.fullmatch(r"[0-9]{1,9}", value):
        raise BadDatabaseUrl(f"{name} should be a whole number")
    return value
