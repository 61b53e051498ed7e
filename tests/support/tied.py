"""Processes that do not outlive whoever started them, even if that is killed."""

import shutil
from collections.abc import Sequence

SETPRIV = shutil.which("setpriv")  # of util-linux


def tied(command: Sequence[object]) -> list[str]:
    """The command, to be told to stop when the thread that started it is gone."""
    words = [str(word) for word in command]
    return [SETPRIV, "--pdeathsig", "TERM", *words] if SETPRIV else words
