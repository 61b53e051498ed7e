import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from uservault.transfer.formats import Found, Reading, read_csv, read_ndjson
from uservault.transfer.lines import MAX_LINE, Line, lines_of
from uservault.web.route import Malformed

CSV = b'\xef\xbb\xbfusername,email\r\nbob,b@x\r\n"e\nve",e@x\r\n'
NDJSON = b'\xef\xbb\xbf{"username": "b\xc3\xb6b"}\r\n\n# a note\n{"username": "eve"}'
CUTS = st.lists(st.integers(0, 60), max_size=8)


def cut(content: bytes, places: Sequence[int]) -> list[bytes]:
    places = [0, *sorted(places), len(content)]
    return [content[begin:end] for begin, end in pairwise(places)]


async def stream(chunks: Sequence[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def lines(*chunks: bytes) -> list[Line]:
    async def read() -> list[Line]:
        return [line async for line in lines_of(stream(chunks))]

    return asyncio.run(read())


def rows(reading: Reading, *chunks: bytes) -> list[Found]:
    async def read() -> list[Found]:
        return [found async for found in reading(stream(chunks))]

    return asyncio.run(read())


class TestLines:
    @given(st.lists(st.binary(max_size=9).filter(lambda part: b"\n" not in part)), CUTS)
    def test_are_the_same_wherever_chunks_are_cut(
        self, parts: list[bytes], places: list[int]
    ) -> None:
        content = b"\n".join(parts)

        assert lines(*cut(b"x" + content, places)) == lines(b"x" + content)

    @given(CUTS)
    @example([1, 2])
    def test_of_csv_are_the_same_rows_wherever_chunks_are_cut(self, places: list[int]) -> None:
        bob, eve = rows(read_csv, *cut(CSV, places))

        assert (bob.line, bob.values) == (2, {"username": "bob", "email": "b@x"})
        assert (eve.line, eve.values) == (3, {"username": "e\nve", "email": "e@x"})

    @given(CUTS)
    def test_of_ndjson_are_the_same_rows_wherever_chunks_are_cut(self, places: list[int]) -> None:
        bob, eve = rows(read_ndjson, *cut(NDJSON, places))

        assert (bob.line, bob.values) == (1, {"username": "böb"})
        assert (eve.line, eve.values) == (4, {"username": "eve"})

    def test_keep_their_order_and_number(self) -> None:
        assert lines(b"a\r\nb", b"c\n\nd") == [
            Line(1, b"a"), Line(2, b"bc"), Line(3, b""), Line(4, b"d"),
        ]  # fmt: skip

    def test_of_nothing_are_none(self) -> None:
        assert lines() == lines(b"") == []

    @pytest.mark.parametrize("size", [MAX_LINE, MAX_LINE + 1])
    def test_may_be_long_but_not_longer(self, size: int) -> None:
        first, second = lines(b"x" * 1000, b"x" * (size - 1000) + b"\nnext\n")

        assert (first.content is None) is (size > MAX_LINE)
        assert second == Line(2, b"next")

    def test_that_never_end_are_not_kept(self) -> None:
        assert lines(*[b"x" * 2**16] * 40) == [Line(1, None)]


class TestCsv:
    def test_with_a_quote_that_never_closes_is_one_bad_row(self) -> None:
        [found] = rows(read_csv, b'username\n"bob\neve\n')

        assert found.line == 2
        assert isinstance(found.values, Malformed)
