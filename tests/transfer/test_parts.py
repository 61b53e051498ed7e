"""The small parts of an import by themselves."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uservault.transfer.names import ALLOWED, Names
from uservault.transfer.rehearsal import Rehearsal
from uservault.transfer.rows import Row
from uservault.transfer.schemas import ImportQuery, ImportRow, OnConflict, Status
from uservault.transfer.spool import IN_MEMORY, Spool


def row(line: int, username: str, **more: str) -> Row:
    values = {"username": username, "email": f"{username}@example.com"} | more
    return Row(line, ImportRow.model_validate(values))


def rehearsal(**query: object) -> Rehearsal:
    return Rehearsal(ImportQuery.model_validate({"dry_run": True} | query))


class TestNames:
    @given(st.text(max_size=80), st.integers(1, 10**15))
    def test_are_always_allowed(self, name: str, id: int) -> None:
        assert ALLOWED.fullmatch(Names(lambda *_: None).of(name, id))

    def test_stay_if_they_are_allowed(self) -> None:
        told: list[object] = []

        assert Names(lambda *change: told.append(change)).of("Ada.L", 7) == "Ada.L"

        assert told == []

    def test_are_told_if_they_change(self) -> None:
        told: list[object] = []

        Names(lambda *change: told.append(change)).of("Ada L", 7)

        assert told == [(7, "Ada L", "Ada-L-7")]

    def test_of_twins_belong_to_the_one_for_whom_they_are_reserved(self) -> None:
        names = Names(lambda *_: None)
        names.reserve("ada", 3)

        assert (names.of("ADA", 3), names.of("Ada", 4)) == ("ADA", "Ada-4")


class TestSpool:
    @pytest.mark.parametrize("size", [0, 7, IN_MEMORY, 5 * IN_MEMORY])
    async def test_gives_what_was_written_before_anybody_read(self, size: int) -> None:
        written = bytes(range(256)) * (size // 256 + 1)
        with Spool() as spool:
            for begin in range(0, len(written), 50_000):
                spool.write(written[begin : begin + 50_000])
            spool.end()

            assert b"".join([piece async for piece in spool.pieces()]) == written

    async def test_gives_what_is_written_meanwhile(self) -> None:
        with Spool() as spool:
            pieces = spool.pieces()
            for text in (b"one", b"two"):
                waiting = asyncio.ensure_future(anext(pieces))
                await asyncio.sleep(0)
                spool.write(text)
                assert await waiting == text
            waiting = asyncio.ensure_future(anext(pieces))
            await asyncio.sleep(0)
            spool.end()
            with pytest.raises(StopAsyncIteration):
                await waiting


class TestRehearsal:
    def test_remembers_earlier_rows_by_any_name(self) -> None:
        with rehearsal() as rehearsed:
            assert rehearsed.repeated([row(1, "bob"), row(2, "eve", external_id="7")]) == []

            found = rehearsed.repeated(
                [
                    row(3, "BOB", email="other@example.com"),
                    row(4, "new", email="EVE@example.com"),
                    row(5, "mia", external_id="7"),
                    row(6, "zoe"),
                ]
            )

        codes = {each.line: each.code for each in found}
        assert codes == {3: "username-taken", 4: "email-taken", 5: "external-id-taken"}

    @pytest.mark.parametrize(
        ("on_conflict", "status"),
        [(OnConflict.SKIP, Status.SKIPPED), (OnConflict.UPDATE, Status.UPDATED)],
    )
    def test_does_as_the_import_would(self, on_conflict: OnConflict, status: Status) -> None:
        with rehearsal(on_conflict=on_conflict) as rehearsed:
            [result] = rehearsed.repeated([row(1, "bob"), row(2, "bob")])

        assert (result.line, result.status) == (2, status)

    def test_remembers_nothing_in_earnest(self) -> None:
        with rehearsal(dry_run=False) as rehearsed:
            assert rehearsed.repeated([row(1, "bob"), row(2, "bob")]) == []
