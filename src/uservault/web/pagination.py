"""Keyset pagination: each page begins after the last id of the page before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import GenericAlias
from typing import Annotated, Any, Generic, TypeVar, get_args
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import bindparam
from sqlalchemy.orm import InstrumentedAttribute
from starlette._utils import get_route_path

from uservault.db.batch import AnySelect
from uservault.db.database import AnyRow, Database
from uservault.web.prefix import public_path
from uservault.web.returns import Adds

T = TypeVar("T")


class PageQuery(BaseModel):
    """Unknown parameters are refused, not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    limit: int = Field(50, ge=1, le=200, description="The maximum number of items.")
    cursor: str | None = Field(
        None,
        pattern=r"^[1-9][0-9]{0,17}$",
        description="Where the page begins. Opaque: take it from the Link header.",
    )

    @property
    def after(self) -> int:
        """The page begins after this id; 0 for the first page."""
        return int(self.cursor or 0)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """`cursor` is where the next page begins; None on the last page.

    `json`: the items as they are to be sent, instead of `items`. `total`: how many items all pages
    have, if that was asked.
    """

    items: list[T]
    cursor: str | None
    json: bytes | None = None
    total: int | None = None

    @property
    def body(self) -> list[T] | bytes:
        return self.items if self.json is None else self.json

    def headers(self, request: Request) -> dict[str, str]:
        """The Link header, and the count where it was asked."""
        if self.total is None:
            return self.link(request)
        count = {"X-Total-Count": str(self.total), "Preference-Applied": "count=exact"}
        return self.link(request) | count

    def link(self, request: Request) -> dict[str, str]:
        """The Link header to the next page (RFC 8288), as a relative reference."""
        if self.cursor is None:
            return {}
        query = f"cursor={self.cursor}"
        if request.query_params:
            given = request.query_params.multi_items()  # some come several times
            others = [(name, value) for name, value in given if name != "cursor"]
            query = urlencode([*others, ("cursor", self.cursor)])
        path = public_path(request.scope, get_route_path(request.scope))
        return {"Link": f'<{path}?{query}>; rel="next"'}


def _list_of(page: Any) -> Any:
    return GenericAlias(list, get_args(page))


# Return type of a route that answers a page: the items as the body, and the Link header.
Paged = Annotated[Page[T], Adds(("Link",), Page.link, body=lambda page: page.body, shape=_list_of)]

# Likewise, of a route that counts on demand.
COUNT = ("Link", "X-Total-Count", "Preference-Applied")
Counted = Annotated[Page[T], Adds(COUNT, Page.headers, body=lambda page: page.body, shape=_list_of)]


def in_pages(found: AnySelect, id: InstrumentedAttribute[int]) -> AnySelect:
    """`found` in the order of `id`, with the parameters that `read_page` sets."""
    return found.where(id > bindparam("after")).order_by(id).limit(bindparam("limit"))


async def read_page(
    database: Database,
    found: AnySelect,
    query: PageQuery,
    read: Callable[[Sequence[AnyRow]], list[T]],
) -> Page[T]:
    """One page of `found`, which has the parameters `after` and `limit`. `read` converts rows."""
    one_more = {"after": query.after, "limit": query.limit + 1}
    rows = await database.rows(found, one_more)
    last = rows[query.limit - 1] if len(rows) > query.limit else None
    return Page(read(rows[: query.limit]), cursor=str(last.id) if last else None)
