"""Finds the users that rows are about, many at a time."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sqlalchemy import select

from uservault.events.models import EventRecord
from uservault.kit.problems import Conflict
from uservault.transfer.rows import Row
from uservault.transfer.schemas import ImportRow
from uservault.users.identifiers import KEYS, TAKEN, Identifier, Kind
from uservault.users.models import User
from uservault.wiring.scope import WriteSession

# The first that finds a user says who a row is about.
IDS = "id"
BY = (Kind.EXTERNAL_ID, Kind.EMAIL, Kind.USERNAME)
Key: TypeAlias = tuple[str, str | int]  # of which kind, and what


class IdTaken(Conflict):
    title = "Another user has this id, or had it."


@dataclass(frozen=True, slots=True)
class Match:
    """The user whom a row is about. A deleted one keeps their names, and is left alone."""

    user_id: int
    deleted: bool
    problem: type[Conflict]


def keys_of(data: ImportRow) -> Sequence[Key]:
    """What is one user's alone, in the order in which it finds the user."""
    values = {kind: getattr(data, kind) for kind in BY}
    keys: list[Key] = [(kind, KEYS[kind](value)) for kind, value in values.items() if value]
    return [*keys, (IDS, data.id)] if data.id else keys


class Matches:
    """Looks users up in the unit of work, deleted ones too."""

    def __init__(self, session: WriteSession) -> None:
        self.session = session

    async def of(self, rows: Sequence[Row]) -> Mapping[int, Match]:
        """By the row's line. Not the last word: the database has it when the row is written."""
        keys = {row.line: keys_of(row.data) for row in rows}
        found = await self._found([key for each in keys.values() for key in each])
        first = {line: next((found[key] for key in each if key in found), None)
                 for line, each in keys.items()}  # fmt: skip
        return {line: match for line, match in first.items() if match}

    async def _found(self, keys: Sequence[Key]) -> Mapping[Key, Match]:
        by_kind = defaultdict(list)
        for kind, key in keys:
            by_kind[kind].append(key)
        taken = await self._ids(by_kind.pop(IDS, []))
        found: dict[Key, Match] = {(IDS, id): Match(id, True, IdTaken) for id in taken}
        for kind, values in by_kind.items():
            found |= await self._named(Kind(kind), values)
        return found

    async def _named(self, kind: Kind, keys: Sequence[str | int]) -> Mapping[Key, Match]:
        wanted = (Identifier.kind == kind) & Identifier.key.in_(keys)
        columns = select(Identifier.key, Identifier.user_id, User.deleted_at.is_not(None))
        rows = await self.session.execute(columns.join(User).where(wanted))
        return {(kind, key): Match(id, deleted, TAKEN[kind]) for key, id, deleted in rows}

    async def _ids(self, ids: Sequence[str | int]) -> set[int]:
        """Those that a user has, or had: events of purged users keep theirs."""
        if not ids:
            return set()
        present = await self.session.scalars(select(User.id).where(User.id.in_(ids)))
        subject = EventRecord.subject_id
        past = await self.session.scalars(select(subject).where(subject.in_(ids)).distinct())
        return {*present, *(id for id in past if id is not None)}
