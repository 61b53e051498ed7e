"""Programs that a machine may lack.

What needs one is skipped, and a line at the end of the run tells; with REQUIRE_SERVERS=1 it fails.
"""

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import pytest

REQUIRED = "REQUIRE_SERVERS"
# Debian keeps servers where the PATH of an ordinary user does not lead.
PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
REASON = "{} is not installed"


class ProgramMissing(Exception):
    """A program is not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(REASON.format(name))
        self.name = name


def program(*names: str) -> Path:
    """The first of these that is installed. Raises ProgramMissing if none is."""
    for name in names:
        if found := shutil.which(name, path=PLACES):
            return Path(found)
    raise ProgramMissing(names[0])


def go_without(missing: ProgramMissing) -> NoReturn:
    """Ends a test that needs it."""
    if os.environ.get(REQUIRED):
        pytest.fail(str(missing), pytrace=False)
    pytest.skip(str(missing))


def lacking(reasons: Iterable[str]) -> str:
    """What was missing, of the reasons for which tests were skipped, and for how many of them."""
    pattern = REASON.format("(.+)")
    matches = (re.search(pattern, reason) for reason in reasons)
    counted = Counter(match[1].removeprefix("Skipped: ") for match in matches if match)
    return ", ".join(f"{name} ({tests} tests)" for name, tests in sorted(counted.items()))
