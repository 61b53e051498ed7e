"""Log records as JSON, one line each."""

import logging
from datetime import UTC, datetime
from json import JSONEncoder
from typing import Any

# What every record has, and uvicorn's second copy of the message, in colours.
STANDARD = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"}
encode = JSONEncoder(default=repr).encode


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
        moment = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None)
        line["timestamp"] = f"{moment.isoformat(timespec='microseconds')}Z"
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = record.stack_info
        return encode(line)
