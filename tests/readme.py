"""The tables of README.md, drawn from what they tell of, so that they tell the truth.

`python -m tests.readme` draws them anew.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from tests.databases import settings_for
from uservault.app import create_app
from uservault.cli import app as cli
from uservault.settings.loading import every_setting

README = Path(__file__).parents[1] / "README.md"
TABLE = re.compile(r"<!-- table: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def renewed(text: str) -> str:
    """The text with each table drawn anew between its marks."""
    return TABLE.sub(lambda found: _drawn(found[1]), text)


def _drawn(name: str) -> str:
    heading, *rows = TABLES[name]()
    lines = [heading, "|".join(["", *("---" for _ in heading.split("|")[1:-1]), ""]), *rows]
    return "\n".join([f"<!-- table: {name} -->", *lines, "<!-- end -->"])


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _settings() -> Iterator[str]:
    yield _row("setting", "default", "meaning")
    for setting in every_setting():
        default = f"`{setting.default}`" if setting.default else ""
        yield _row(f"`{setting.name}`", default, setting.meaning)


def _endpoints() -> Iterator[str]:
    yield _row("endpoint", "token", "what it does")
    paths = create_app(settings_for("sqlite://")).openapi()["paths"]
    for path in sorted(paths):
        for method, operation in paths[path].items():
            token = "yes" if "security" in operation else ""
            what = " ".join(operation["description"].split())
            yield _row(f"`{method.upper()} {path}`", token, what)


def _commands() -> Iterator[str]:
    yield _row("command", "what it does")
    root: Any = typer.main.get_command(cli)
    for name, command in _leaves("uservault", root.commands):
        yield _row(f"`{name}`", " ".join((command.help or "").split()))


def _leaves(prefix: str, commands: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, command in commands.items():
        if hasattr(command, "commands"):
            yield from _leaves(f"{prefix} {name}", command.commands)
        else:
            yield f"{prefix} {name}", command


TABLES: Mapping[str, Callable[[], Iterable[str]]] = {
    "settings": _settings,
    "endpoints": _endpoints,
    "commands": _commands,
}

if __name__ == "__main__":
    README.write_text(renewed(README.read_text()))
