"""The documentation: its tables are true, its links lead somewhere, its pages are in order."""

import re
from itertools import count
from pathlib import Path

import pytest

from tests.support.markdown import anchor, glued_headings, headings
from tests.support.pages import README, ROOT, TABLES, every_page, renewed
from tests.support.routes import every_route
from uservault.access.principal import Permission
from uservault.app import create_app
from uservault.kit.permission_names import is_application_name
from uservault.settings.tree import Settings

DECISIONS = ROOT / "docs" / "decisions"
ENTRY = re.compile(r"^\| \[(\d+)\]\((.+?)\) \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")

each_page = pytest.mark.parametrize(
    "page", every_page(), ids=lambda page: str(page.relative_to(ROOT))
)


class TestPages:
    @each_page
    def test_part_headings_from_text_by_blank_lines(self, page: Path) -> None:
        assert list(glued_headings(page.read_text())) == []

    @each_page
    def test_lead_somewhere(self, page: Path) -> None:
        links = LINK.findall(page.read_text())

        broken = [link for link in links if not _leads_somewhere(page, link)]

        assert broken == []

    def test_are_named_by_the_readme(self) -> None:
        linked = {(ROOT / link).resolve() for link in LINK.findall(README.read_text())}

        assert set(ROOT.glob("docs/*.md")) <= linked

    def test_require_only_permissions_that_there_are(self) -> None:
        sources = [*every_page(), *ROOT.glob("examples/**/*.py")]
        required = {
            name
            for source in sources
            for name in re.findall(r"Depends\(\w+\.require\(\"(.+?)\"", source.read_text())
        }

        assert required
        assert [each for each in required - set(Permission) if not is_application_name(each)] == []


class TestTables:
    @pytest.mark.parametrize("name", TABLES)
    def test_stand_in_one_page(self, name: str) -> None:
        mark = f"<!-- table: {name} -->"

        assert sum(page.read_text().count(mark) for page in every_page()) == 1

    @each_page
    def test_tell_what_is_so(self, page: Path) -> None:
        text = page.read_text()

        assert text == renewed(text), "run: make openapi"

    def test_have_every_route(self) -> None:
        paths = create_app(Settings.model_construct()).openapi()["paths"]
        published = {(method.upper(), path) for path in paths for method in paths[path]}

        assert {(method, route.path_format) for method, route in every_route()} == published


class TestDecisions:
    def test_are_numbered_without_gaps(self) -> None:
        names = sorted(record.name for record in _records())

        for number, name in zip(count(1), names, strict=False):
            assert name.startswith(f"{number:04}-")

    def test_have_the_titles_that_the_index_has(self) -> None:
        entries = ENTRY.findall((DECISIONS / "README.md").read_text())
        index = [(name, f"{number}. {title}") for number, name, title in entries]

        records = [(each.name, next(headings(each.read_text()))) for each in sorted(_records())]

        assert index == records


def _records() -> list[Path]:
    return list(DECISIONS.glob("[0-9]*.md"))


def _leads_somewhere(page: Path, link: str) -> bool:
    path, _, fragment = link.partition("#")
    if "://" in path:
        return True  # not ours to look at
    target = page.parent / path if path else page
    if not target.exists():
        return False
    return not fragment or fragment in map(anchor, headings(target.read_text()))
