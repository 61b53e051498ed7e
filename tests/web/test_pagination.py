import pytest
from pydantic import ValidationError
from starlette.requests import Request

from uservault.web.pagination import Page, PageQuery


def asked(query: str) -> Request:
    return Request(
        {"type": "http", "path": "/api/users", "query_string": query.encode(), "headers": []}
    )


class TestPageQuery:
    def test_begins_at_the_beginning(self) -> None:
        assert PageQuery().after == 0
        assert PageQuery(cursor="17").after == 17

    @pytest.mark.parametrize("cursor", ["", "0", "-1", "x", "1_0", "١", "9" * 19, "1\n"])
    def test_refuses_a_cursor_that_is_none_of_ours(self, cursor: str) -> None:
        with pytest.raises(ValidationError):
            PageQuery(cursor=cursor)

    @pytest.mark.promise("D5")
    @pytest.mark.parametrize("limit", [0, -1, 201])
    def test_is_bounded(self, limit: int) -> None:
        with pytest.raises(ValidationError):
            PageQuery(limit=limit)


class TestPage:
    def test_names_the_next_and_keeps_the_question(self) -> None:
        added = Page([1, 2], "2").link(asked("limit=2&cursor=0&q=a%26b"))

        assert added == {"Link": '</api/users?limit=2&q=a%26b&cursor=2>; rel="next"'}

    def test_names_nothing_after_the_last(self) -> None:
        assert Page([], None).link(asked("")) == {}
