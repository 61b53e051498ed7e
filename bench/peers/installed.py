"""Which versions of the libraries that it names each peer is locked to."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).parent
LOCKED = re.compile(r"^([a-z0-9-]+)(?:\[[^]]*\])?==([^ ;]+)", re.MULTILINE)
NAMED = re.compile(r"^[a-z0-9-]+", re.MULTILINE)


def versions() -> dict[str, dict[str, str]]:
    return {folder.name: dict(_named(folder)) for folder in sorted(HERE.iterdir()) if _is(folder)}


def _is(folder: Path) -> bool:
    return (folder / "requirements.in").exists()


def _named(folder: Path) -> Iterator[tuple[str, str]]:
    locked: Mapping[str, str] = dict(LOCKED.findall((folder / "requirements.txt").read_text()))
    for name in NAMED.findall((folder / "requirements.in").read_text()):
        yield name, locked[name]
