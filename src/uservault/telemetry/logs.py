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

from uservault.settings.log import LogSettings
from uservault.settings.tree import Settings

log = logging.getLogger(__name__)
QUIET = ("uvicorn.access",)  # we log requests ourselves, without their query
# What libraries say below this may show statements with their parameters, or whole URLs. Only
# these say what an operator wants to know, and none of them a secret.
LIBRARIES = logging.WARNING
HEARD = ("uvicorn", "uvicorn.error")
INDISCREET = ("aiosqlite",)  # shows every parameter, whatever the root's level is set to later


def configure_logging(settings: Settings, beside: str | None = None) -> None:
    """Sends all that this process logs to the console and to the file; `beside` names a process
    that is not the server, and has a file of its own."""
    root = logging.getLogger()
    for old in root.handlers[:]:
        if getattr(old, "uservault", False):
            root.removeHandler(old)
            old.close()
    _set_levels(logging.getLevelNamesMapping()[settings.log.level.upper()])
    _tame_uvicorn()
    _add(_console(settings.log))
    if settings.log.file:
        path = log_file(settings.log.file, settings.server.workers, beside)
        _add_file(settings.log, path)


def _add(handler: logging.Handler) -> None:
    handler.uservault = True  # type: ignore[attr-defined]
    logging.getLogger().addHandler(handler)


def _add_file(settings: LogSettings, path: Path) -> None:
    try:
        _add(_file(settings, path))
    except OSError as error:  # a read-only container still has its console
        log.warning("no log file", extra={"path": str(path), "reason": type(error).__name__})


def _set_levels(level: int) -> None:
    logging.getLogger().setLevel(max(level, LIBRARIES))
    for name in HEARD:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
    for name in INDISCREET:
        logging.getLogger(name).setLevel(LIBRARIES)
    logging.getLogger("uservault").setLevel(level)


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
    )
    handler.setFormatter(_formatter(text=False))
    return handler


def _formatter(*, text: bool) -> ProcessorFormatter:
    render: Any = (
        # repr of every value: a line break in one starts no new line. The traceback is plain:
        # structlog's own shows the variables of each frame, passwords among them.
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
    event.pop("color_message", None)  # uvicorn says everything twice
    return event


def _on_one_line(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    if not event["logger"].startswith("uvicorn"):  # whose tracebacks are messages
        said = str(event["event"])
        event["event"] = "".join(c if c.isprintable() else repr(c)[1:-1] for c in said)
    return event


def _tame_uvicorn() -> None:
    for name in ("uvicorn", "uvicorn.error", *QUIET):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = name not in QUIET
