"""Reading and writing Markdown, as far as the documentation's tests need it."""

import re
from collections.abc import Iterable, Iterator, Sequence

FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$")


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(heading), "|" + "---|" * len(heading), *map(_row, rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def code(text: str) -> str:
    return f"`{text}`" if text else ""


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def headings(text: str) -> Iterator[str]:
    """Their texts. A comment in a code block is none."""
    for line in FENCE.sub("", text).splitlines():
        if found := HEADING.match(line):
            yield found[1]


def glued_headings(text: str) -> Iterator[str]:
    """Headings without a blank line before and after them."""
    lines = ["", *FENCE.sub("```", text).splitlines(), ""]
    for before, line, after in zip(lines, lines[1:], lines[2:], strict=False):
        if HEADING.match(line) and (before or after):
            yield line


def anchor(heading: str) -> str:
    """The fragment by which GitHub links to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
