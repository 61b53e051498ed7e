"""Log records as text in colours, for a terminal. Loads structlog, which loads rich."""

from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter


def text_lines() -> ProcessorFormatter:
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _without_colours,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # repr of every value, so that a line break in a value does not start a new line. Plain
    # tracebacks: structlog's own show the variables of each frame, including passwords.
    render = structlog.dev.ConsoleRenderer(
        repr_native_str=True,
        pad_event_to=24,
        exception_formatter=structlog.dev.plain_traceback,
    )
    last: list[Any] = [ProcessorFormatter.remove_processors_meta, _on_one_line, render]
    return ProcessorFormatter(foreign_pre_chain=shared, processors=last)


def _without_colours(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    event.pop("color_message", None)  # uvicorn's second copy of the message
    return event


def _on_one_line(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    if not event["logger"].startswith("uvicorn"):  # its messages may be tracebacks
        message = str(event["event"])
        event["event"] = "".join(c if c.isprintable() else repr(c)[1:-1] for c in message)
    return event
