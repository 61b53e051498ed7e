"""The tables of settings, commands and events, printed from the code that defines them."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import typer

from tests.support.markdown import code, one_line, table
from uservault.cli import app as cli
from uservault.events.log import Event, every_event
from uservault.settings.listing import Setting
from uservault.settings.loading import every_setting


def settings() -> str:
    """A table for each branch of the settings."""
    sections = groupby(every_setting(), _branch)
    return "\n\n".join(f"## {branch}\n\n{_settings(members)}" for branch, members in sections)


def _branch(setting: Setting) -> str:
    return setting.path[0].capitalize() if len(setting.path) > 1 else "General"


def _settings(members: Iterator[Setting]) -> str:
    rows = [(code(each.name), code(each.default), each.meaning) for each in members]
    return table(("setting", "default", "meaning"), rows)


def commands() -> str:
    root: Any = typer.main.get_command(cli)
    rows = [
        (code(name), one_line(command.help), "<br>".join(map(_parameter, command.params)))
        for name, command in _leaves("uservault", root.commands)
    ]
    return table(("command", "what it does", "options and arguments"), rows)


def _leaves(prefix: str, members: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, command in members.items():
        if hasattr(command, "commands"):
            yield from _leaves(f"{prefix} {name}", command.commands)
        else:
            yield f"{prefix} {name}", command


def _parameter(parameter: Any) -> str:
    is_argument = parameter.param_type_name == "argument"
    name = parameter.name.upper() if is_argument else parameter.opts[0]
    return f"`{name}` {one_line(parameter.help)}".strip()


def events() -> str:
    ours = [kind for kind in every_event() if kind.__module__.startswith("uservault.")]
    kinds = sorted(ours, key=lambda kind: kind.type)
    rows = [(code(kind.type), ", ".join(map(code, _data(kind)))) for kind in kinds]
    return table(("type", "fields of `data`"), rows)


def _data(kind: type[Event]) -> list[str]:
    return [name for name in kind.model_fields if name not in {"subject_id", *kind.personal}]
