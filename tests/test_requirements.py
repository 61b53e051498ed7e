import re
from pathlib import Path

import pytest
from packaging.version import Version

LOCKS = sorted((Path(__file__).parents[1] / "requirements").glob("*.txt"))
FLOORS = {"pyjwt": "2.13", "starlette": "1.0.1", "h11": "0.16"}


class TestLock:
    @pytest.mark.promise("G4")
    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
    def test_names_one_version_and_its_hashes(self, lock: Path) -> None:
        entries = re.split(r"\n(?=\S)", lock.read_text().strip())

        loose = [
            entry for entry in entries if not re.match(r"[\w.\[\],-]+==\S+.*\n.*sha256", entry)
        ]

        assert entries
        assert loose == []

    @pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
    def test_names_no_address_of_a_registry(self, lock: Path) -> None:
        assert "://" not in lock.read_text()

    @pytest.mark.promise("G4")
    @pytest.mark.parametrize("package", FLOORS)
    def test_is_past_what_was_found_faulty(self, package: str) -> None:
        assert Version(_locked()[package]) >= Version(FLOORS[package])

    @pytest.mark.promise("G4")
    def test_has_no_library_that_forges_tokens(self) -> None:
        assert "python-jose" not in _locked()


def _locked() -> dict[str, str]:
    run = next(lock for lock in LOCKS if lock.stem == "run").read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", run, re.MULTILINE))
