"""Structured logs without secrets: text on a terminal, JSON lines elsewhere.

The code uses the standard library, with `extra=` for searchable fields; structlog renders the
lines. Of what a client sends, only the method and a well-formed request id are logged.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from multiprocessing import current_process
from pathlib import Path
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter

from uservault.settings.log import LogSettings
from uservault.settings.tree import Settings
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
    _set_levels(logging.getLevelNamesMapping()[settings.log.level.upper()])
    _tame_uvicorn()
    json = _Rendering(text=False)
    _add(_console(settings.log, json))
    if settings.log.file:
        path = log_file(settings.log.file, settings.server.workers, beside)
        _add_file(settings.log, path, json)


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
    handler.setFormatter(_Rendering(text=True) if text else json)
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


class _Rendering(logging.Formatter):
    """Renders a record once, for the console and the file, which get it one after the other."""

    def __init__(self, *, text: bool) -> None:
        super().__init__()
        self._inner = _formatter(text=text)
        self._last: tuple[logging.LogRecord | None, str] = (None, "")

    def format(self, record: logging.LogRecord) -> str:
        before, line = self._last
        if before is not record:
            line = self._inner.format(record)
            self._last = (record, line)
        return line


def _formatter(*, text: bool) -> ProcessorFormatter:
    render: Any = (
        # repr of every value, so that a line break in a value does not start a new line. Plain
        # tracebacks: structlog's own show the variables of each frame, including passwords.
        structlog.dev.ConsoleRenderer(
            repr_native_str=True,
            pad_event_to=24,
            exception_formatter=structlog.dev.plain_traceback,
        )
        if text
        else structlog.processors.JSONRenderer()
    )
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _without_colours,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [ProcessorFormatter.remove_processors_meta]
    last.append(_on_one_line if text else structlog.processors.format_exc_info)
    return ProcessorFormatter(foreign_pre_chain=shared, processors=[*last, render])


def _without_colours(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    event.pop("color_message", None)  # uvicorn's second copy of the message
    return event


def _on_one_line(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    if not event["logger"].startswith("uvicorn"):  # its messages may be tracebacks
        message = str(event["event"])
        event["event"] = "".join(c if c.isprintable() else repr(c)[1:-1] for c in message)
    return event


def _tame_uvicorn() -> None:
    for name in ("uvicorn", "uvicorn.error", *SILENCED):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name not in SILENCED
