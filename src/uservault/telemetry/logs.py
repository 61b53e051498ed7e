"""Structured logs: text for a terminal, JSON lines for everything else, never a secret.

The code logs by the standard library, with `extra=` for what is to be found again; structlog
renders it. Nothing that a client sent is logged but its method, and a request id of safe form.
"""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from logging.handlers import RotatingFileHandler
from multiprocessing import current_process
from pathlib import Path
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter

from uservault.settings import LogSettings, Settings

QUIET = ("uvicorn.access",)  # we log requests ourselves, without their query
INDISCREET = ("aiosqlite",)  # at level debug it tells what is written to the database (G1)


def configure_logging(settings: Settings, beside: str | None = None) -> None:
    """Sends all that this process logs to the console and to the file; `beside` names a process
    that is not the server, and has a file of its own."""
    handlers: list[logging.Handler] = [_console(settings.log)]
    if settings.log.file:
        path = log_file(settings.log.file, settings.server.workers, beside)
        handlers.append(_file(settings.log, path))
    root = logging.getLogger()
    for old in root.handlers[:]:
        if getattr(old, "uservault", False):
            root.removeHandler(old)
            old.close()
    for handler in handlers:
        handler.uservault = True  # type: ignore[attr-defined]
        root.addHandler(handler)
    root.setLevel(settings.log.level.upper())
    for name in INDISCREET:
        logging.getLogger(name).setLevel(logging.INFO)
    _tame_uvicorn()


def log_file(path: Path, workers: int, beside: str | None = None) -> Path:
    """A file of its own for each of several processes: they would rotate away each other's
    lines."""
    if workers == 1 and not beside:
        return path
    name = beside or current_process().name.rpartition("-")[2]
    return path.with_name(f"{path.stem}.{name}{path.suffix}")


def _console(settings: LogSettings) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    text = settings.format == "text" or (settings.format == "auto" and sys.stderr.isatty())
    handler.setFormatter(_formatter(text=text))
    return handler


def _file(settings: LogSettings, path: Path) -> logging.Handler:
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        path,
        maxBytes=settings.file_bytes,
        backupCount=settings.file_backups,
        encoding="utf-8",
        delay=True,
    )
    handler.setFormatter(_formatter(text=False))
    return handler


def _formatter(*, text: bool) -> ProcessorFormatter:
    render: Any = (
        # repr of every value: a line break in one starts no new line
        structlog.dev.ConsoleRenderer(repr_native_str=True, pad_event_to=24)
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
    if not text:
        last.append(structlog.processors.format_exc_info)
    return ProcessorFormatter(foreign_pre_chain=shared, processors=[*last, render])


def _without_colours(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    event.pop("color_message", None)  # uvicorn says everything twice
    return event


def _tame_uvicorn() -> None:
    for name in ("uvicorn", "uvicorn.error", *QUIET):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name not in QUIET
