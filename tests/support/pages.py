"""The parts of the documentation that are printed from the code, so that they stay true.

`python -m tests.support.pages` renews them in every page; with `--check`, it fails if one is stale.
"""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.support import promises, routes, tables

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
TABLE = re.compile(r"<!-- table: (\w+) -->\n.*?<!-- end -->", re.DOTALL)

TABLES: Mapping[str, Callable[[], str]] = {
    "endpoints": routes.endpoints,
    "routes": routes.routes,
    "settings": tables.settings,
    "commands": tables.commands,
    "events": tables.events,
    "promises": promises.security,
}


def every_page() -> list[Path]:
    """All Markdown that we write, wherever it stands."""
    patterns = ("*.md", "docs/**/*.md", "examples/**/*.md")
    return sorted(page for pattern in patterns for page in ROOT.glob(pattern))


def renewed(text: str) -> str:
    """The text, with each table printed again between its marks."""
    return TABLE.sub(lambda found: _printed(found[1]), text)


def _printed(name: str) -> str:
    return f"<!-- table: {name} -->\n\n{TABLES[name]()}\n\n<!-- end -->"


def stale_pages() -> list[Path]:
    return [page for page in every_page() if page.read_text() != renewed(page.read_text())]


def main() -> None:
    try:
        stale = stale_pages()
    except promises.BrokenPromise as broken:
        sys.exit(str(broken))
    if "--check" in sys.argv and stale:
        sys.exit(f"run: make openapi ({', '.join(page.name for page in stale)})")
    for page in stale:
        page.write_text(renewed(page.read_text()))


if __name__ == "__main__":
    main()
