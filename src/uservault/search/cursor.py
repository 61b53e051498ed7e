"""Where the next page begins, in a form that only we can write."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel

from uservault.kit.crypto import Sealer
from uservault.kit.problems import Invalid

PURPOSE = "cursor"
PLACE = {"limit", "cursor"}  # fields that do not belong to the question
WRONG = "It is not a cursor for this question. Take it from the Link header."


class Place(NamedTuple):
    """The last row of the page before: what it was sorted by, and its id."""

    value: int | str | datetime | None
    id: int


class Cursors:
    """A cursor belongs to one question: to its filter and its sort. The limit may change."""

    def __init__(self, sealer: Sealer) -> None:
        self.sealer = sealer

    def write(self, place: Place, query: BaseModel) -> str:
        value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
        text = json.dumps([value, place.id], separators=(",", ":"))
        mac = self.sealer.mac(PURPOSE, text, _question(query))
        return f"{urlsafe_b64encode(text.encode()).decode().rstrip('=')}.{mac}"

    def read(self, cursor: str, query: BaseModel) -> tuple[Any, int]:
        """Raises Invalid."""
        text, _, mac = cursor.partition(".")
        try:
            content = urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        except ValueError:  # also of characters that are not ASCII
            raise _wrong() from None
        if not self.sealer.is_mac(mac, PURPOSE, content, _question(query)):
            raise _wrong()
        value, id = json.loads(content)
        return value, id


def _question(query: BaseModel) -> str:
    if query.model_fields_set <= PLACE:
        return "{}"  # which the next line would say, later
    return query.model_dump_json(exclude=PLACE, exclude_defaults=True)


def _wrong() -> Invalid:
    return Invalid(errors=[{"pointer": "/query/cursor", "detail": WRONG}])
