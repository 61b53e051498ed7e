import logging
from logging.handlers import RotatingFileHandler
from typing import Any

from uservault.kit.files import private


class LogFile(RotatingFileHandler):
    """A file that only its owner may read: it says who did what."""

    def _open(self) -> Any:
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=private)

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - its name there
        """Without the base class's two looks at the file system for each record."""
        if self.maxBytes <= 0:
            return False
        if self.stream is None:
            self.stream = self._open()
        return bool(self.stream.tell() + len(self.format(record)) >= self.maxBytes)
