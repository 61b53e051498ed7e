import logging
import os
import sys
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from time import monotonic
from typing import Any

from uservault.kit.files import private

log = logging.getLogger(__name__)
RETRY = 5.0  # seconds: a disk that fails may be slow, too


class LogFile(RotatingFileHandler):
    """A file that only its owner may read: it says who did what.

    A disk that is full, or fails, stops no request: the console says so once, and the lines of the
    next RETRY seconds are lost. Then it tries again. A line is written whole or not at all.
    """

    retry = RETRY
    _end = 0  # bytes of whole lines
    _trying = 0  # bytes of the last line
    _lost = 0  # lines since it failed
    _retry_at = 0.0

    def _open(self) -> Any:
        """The handler closes it. Rotation does not count what others write."""
        path, mode = self.baseFilename, self.mode
        stream = open(path, mode, encoding=self.encoding, opener=private)  # noqa: SIM115
        self._end = stream.tell()
        return stream

    def emit(self, record: logging.LogRecord) -> None:
        lost = self._lost
        if lost and monotonic() < self._retry_at:
            self._lost += 1
            return
        try:
            self._write(f"{self.format(record)}\n")
        except Exception:  # noqa: BLE001 - as every handler of logging does
            self.handleError(record)
        if lost and lost == self._lost:
            self._lost = 0
            log.warning("the log file is written again", extra=self._facts(lost_lines=lost))

    def _write(self, line: str) -> None:
        """Counts what it writes: the base class asks the file system before each line.

        A line is ASCII, and so as many bytes.
        """
        self._trying = len(line)
        self.stream = self.stream or self._open()  # which must work before others are rotated
        if self.maxBytes and self._end and self._end + len(line) > self.maxBytes:
            self.doRollover()
        stream = self.stream
        stream.write(line)
        stream.flush()
        self._end += len(line)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        error = sys.exception()
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        self._lost += 1
        self._retry_at = monotonic() + self.retry
        self._take_back()
        if self._lost == 1:
            reason = error.strerror or type(error).__name__
            log.error("cannot write the log file", extra=self._facts(reason=reason))

    def _take_back(self) -> None:
        """Close the file, and cut off the line that was written in part, and nothing else."""
        stream, self.stream = self.stream, None
        if stream is None:
            return
        with suppress(OSError):
            file = os.dup(stream.fileno())
            with suppress(OSError):
                stream.close()
            if 0 < os.fstat(file).st_size - self._end < self._trying:
                os.ftruncate(file, self._end)
            os.close(file)

    def _facts(self, **facts: object) -> dict[str, object]:
        return {"path": self.baseFilename, **facts}
