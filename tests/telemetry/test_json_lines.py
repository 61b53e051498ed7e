import json
import logging
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest

from uservault.telemetry.json_lines import JsonLines


@dataclass(repr=False)
class Hidden:
    token: str = "a secret"


@dataclass
class Partly:
    token: str = field(default="a secret", repr=False)


class Colour(StrEnum):
    RED = "red"


def line(**extra: object) -> dict[str, Any]:
    record = logging.LogRecord("uservault.test", logging.INFO, "", 0, "event", (), None)
    vars(record).update(extra)
    text = JsonLines().format(record)
    assert text.isascii()
    assert len(text.splitlines()) == 1
    read: dict[str, Any] = json.loads(text)
    return read


@pytest.mark.promise("F2")
@pytest.mark.parametrize("hidden", [Hidden(), Partly(), [Hidden()], {"a": Partly()}, (Hidden(),)])
def test_looks_into_no_object(hidden: object) -> None:
    assert "secret" not in str(line(x=hidden))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("é\u2028\n\x1b", "é\u2028\n\x1b"),
        ("\ud800", "\ud800"),
        (Colour.RED, "red"),
        (1.5, 1.5),
        (None, None),
        ([1, "a"], [1, "a"]),
        ({1, 2}, "{1, 2}"),
        (b"\xff", "b'\\xff'"),
        ({b"a": 1}, "{b'a': 1}"),
    ],
)
def test_writes_any_value(value: object, written: object) -> None:
    assert line(x=value)["x"] == written


def test_writes_a_circle() -> None:
    circle: list[object] = []
    circle.append(circle)

    assert line(x=circle)["x"] == "[[...]]"
