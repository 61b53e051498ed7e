"""The table of promises, from their list and from the tests that name them."""

import ast
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from tests.support.markdown import table

TESTS = Path(__file__).parents[1]
LIST = TESTS / "promises.toml"


class BrokenPromise(Exception):
    """A promise without a test, or a test of a promise that is not on the list."""


@cache
def promises() -> Mapping[str, tuple[str, str]]:
    """What each promise says and its source, by its code."""
    sections = tomllib.loads(LIST.read_text())
    return {
        f"{letter}{number}": (said[0], said[1])
        for letter, section in sections.items()
        for number, said in section.items()
        if number != "title"
    }


@cache
def proofs() -> Mapping[str, Sequence[str]]:
    """For each code, the files with tests that name it."""
    found: dict[str, list[str]] = {}
    for file in sorted(TESTS.rglob("test_*.py")):
        for code in set(_codes(ast.parse(file.read_text()))):
            found.setdefault(code, []).append(file.relative_to(TESTS).as_posix())
    return found


def security() -> str:
    """A table for each kind of promise. Raises BrokenPromise."""
    if wrong := sorted(set(promises()) ^ set(proofs())):
        raise BrokenPromise(f"without a test, or not on the list: {', '.join(wrong)}")
    sections = tomllib.loads(LIST.read_text())
    return "\n\n".join(
        f"## {section['title']}\n\n{_rows(letter)}" for letter, section in sections.items()
    )


def _rows(letter: str) -> str:
    rows = [
        (code, text, source, ", ".join(_links(code)))
        for code, (text, source) in promises().items()
        if code.startswith(letter)
    ]
    return table(("", "promise", "source", "proved by"), rows)


def _links(code: str) -> Iterator[str]:
    for file in proofs()[code]:
        name = file.removesuffix(".py").replace("test_", "")
        yield f"[{name}](../tests/{file})"


def _codes(tree: ast.AST) -> Iterator[str]:
    """Of `promise("A1", "A2")`, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "promise":
            yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))
