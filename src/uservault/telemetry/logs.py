"""Structured logs without secrets: text on a terminal, JSON lines elsewhere.

The code uses the standard library, with `extra=` for searchable fields. Of what a
client sends, only the method and a well-formed request id are logged.
"""

import logging
import sys
from multiprocessing import current_process
from pathlib import Path

from uservault.settings.log import LogSettings
from uservault.settings.tree import Settings
from uservault.telemetry.json_lines import JsonLines
from uservault.telemetry.log_file import LogFile

log = logging.getLogger(__name__)
SILENCED = ("uvicorn.access",)  # we log requests ourselves, without their query
# Below this level, libraries may log statements with parameters, or whole URLs.
LIBRARY_LEVEL = logging.WARNING
INFORMATIVE = ("uvicorn", "uvicorn.error")  # useful from `info` on, and free of secrets
LEAKY = ("aiosqlite",)  # logs all parameters, even if the root's level is lowered later


def configure_logging(settings: Settings, beside: str | None = None) -> None:
    """Log to the console and to the file. `beside` names a process other than the server, which
    gets a file of its own."""
    root = logging.getLogger()
    for old in root.handlers[:]:
        if getattr(old, "uservault", False):
            root.removeHandler(old)
            old.close()
    _shorten_records()
    _set_levels(logging.getLevelNamesMapping()[settings.log.level.upper()])
    _tame_uvicorn()
    json = _Once(JsonLines())
    _add(_console(settings.log, json))
    if settings.log.file:
        path = log_file(settings.log.file, settings.server.workers, beside)
        _add_file(settings.log, path, json)


def _shorten_records() -> None:
    """Without what no line shows: the logging package documents these switches for speed."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def _add(handler: logging.Handler) -> None:
    handler.uservault = True  # type: ignore[attr-defined]
    logging.getLogger().addHandler(handler)


def _add_file(settings: LogSettings, path: Path, json: logging.Formatter) -> None:
    try:
        _add(_file(settings, path, json))
    except OSError as error:  # a read-only container still has its console
        log.warning(
            "cannot write the log file", extra={"path": str(path), "reason": type(error).__name__}
        )


def _set_levels(level: int) -> None:
    logging.getLogger().setLevel(max(level, LIBRARY_LEVEL))
    for name in INFORMATIVE:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
    for name in LEAKY:
        logging.getLogger(name).setLevel(LIBRARY_LEVEL)
    logging.getLogger("uservault").setLevel(level)


def log_file(path: Path, workers: int, beside: str | None = None) -> Path:
    """The file of this process. Processes with a common file would rotate away each other's
    lines."""
    if workers == 1 and not beside:
        return path
    name = beside or current_process().name.rpartition("-")[2]
    return path.with_name(f"{path.stem}.{name}{path.suffix}")


def _console(settings: LogSettings, json: logging.Formatter) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    text = settings.format == "text" or (settings.format == "auto" and sys.stderr.isatty())
    handler.setFormatter(_text() if text else json)
    return handler


def _file(settings: LogSettings, path: Path, json: logging.Formatter) -> logging.Handler:
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = LogFile(
        path,
        maxBytes=settings.file_bytes,
        backupCount=settings.file_backups,
        encoding="utf-8",
    )
    handler.setFormatter(json)
    return handler


class _Once(logging.Formatter):
    """Renders a record once, for the console and the file, which get it one after the other."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner
        self._last: tuple[logging.LogRecord | None, str] = (None, "")

    def format(self, record: logging.LogRecord) -> str:
        before, line = self._last
        if before is not record:
            line = self._inner.format(record)
            self._last = (record, line)
        return line


def _text() -> logging.Formatter:
    # Only a terminal wants it, and it takes 0.1 s and 8 MB to load.
    from uservault.telemetry.text_lines import text_lines  # noqa: PLC0415

    return _Once(text_lines())


def _tame_uvicorn() -> None:
    for name in ("uvicorn", "uvicorn.error", *SILENCED):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name not in SILENCED
