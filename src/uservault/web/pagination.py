"""Lists are read a page at a time, each beginning after the last one's end (keyset)."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field

from uservault.web.headers import headers

T = TypeVar("T")

LINKED = headers("Link")


class PageQuery(BaseModel):
    """Any other parameter is refused, not ignored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    limit: int = Field(50, ge=1, le=200, description="How many at the most.")
    cursor: str | None = Field(
        None,
        pattern=r"^[1-9][0-9]{0,17}$",
        description="Where the page begins. Opaque: take it from the Link header.",
    )

    @property
    def after(self) -> int:
        """The id behind which the page begins; 0 for the first page."""
        return int(self.cursor or 0)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`cursor` is where the next page begins; None if this is the last."""

    items: list[T]
    cursor: str | None

    def link(self, request: Request, response: Response) -> list[T]:
        """The items; the next page is named in a Link header (RFC 8288), as relative reference."""
        if self.cursor is not None:
            query = urlencode(dict(request.query_params) | {"cursor": self.cursor})
            response.headers["Link"] = f'<{request.scope["path"]}?{query}>; rel="next"'
        return self.items
