"""Log records as JSON, one line each."""

import logging
from contextlib import suppress
from datetime import UTC, datetime
from json import JSONEncoder
from typing import Any

from pydantic_core import PydanticSerializationError, to_json

# What every record has, and uvicorn's second copy of the message, in colours.
STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"}
PLAIN = (str, int, float, bool, type(None))
encode_any = JSONEncoder(default=repr).encode


class JsonLines(logging.Formatter):
    """`event`, `level`, `logger`, all of `extra`, `timestamp` in UTC, and `exception`: a traceback
    without the variables of its frames, which include passwords."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        line |= {name: value for name, value in vars(record).items() if name not in STANDARD}
        moment = datetime.fromtimestamp(record.created, UTC)
        line["timestamp"] = moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = record.stack_info
        return _encoded(line)


def _encoded(line: dict[str, Any]) -> str:
    if all(type(value) in PLAIN for value in line.values()):  # `to_json` looks into any other
        with suppress(PydanticSerializationError):  # half a surrogate pair
            return to_json(line, ensure_ascii=True).decode()
    try:
        return encode_any(line)
    except (TypeError, ValueError):  # a key that is no text, a circle
        return encode_any({name: repr(value) for name, value in line.items()})
