"""Deeds on one user at the same time lock in one order, the user first: so none waits in a ring."""

import asyncio
import random
from collections.abc import Sequence

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext

from tests.attacks.locks.deeds import DEEDS, LATE
from tests.attacks.locks.stage import Stage, deleted_long_ago, set_up
from tests.support import databases
from tests.support.people import Person, register
from uservault.db.errors import CONFLICTS, ConcurrentChange, code_of
from uservault.settings.limits import LimitSettings
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

SERVERS = pytest.mark.parametrize("backend", ["postgresql", "mariadb"], indirect=True)
UNLIMITED = dict.fromkeys(LimitSettings.model_fields.keys() - {"storage"}, "1000000/minute")
ROUNDS = 4
# That another password, or another inviter, was first is for the client to know.
TOLD = {"change of password", "another sending", "sending for another", "no invitation"}
PAIRS = [
    ("invitation", "change of address"),
    ("another sending", "change of address"),
    ("another sending", "acceptance"),
    ("no invitation", "acceptance"),
    ("sending for another", "activation"),
    ("change of role", "grant"),
    ("deletion of role", "grant"),
    ("deletion of role", "expiry"),
    ("presence", "end of all"),
    ("end of everybody", "end of another"),
    ("end of everybody", "verified change"),
    ("sweep of tokens", "verified change"),
    ("sweep of sessions", "end of another"),
]
LATE_PAIRS = [
    ("purge", "deletion of role"),
    ("purge", "delivery"),
    ("purge", "sweep of answers"),
    ("purge", "sweep of sessions"),
    ("purge", "acceptance"),
]


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(
        database_url,
        log={"file": None},
        limits=UNLIMITED,
        registration={"verify": "optional"},
        erasure={"grace_days": 30},
        database={"write_pool_size": 50},
    )


@pytest.fixture
async def root(anyone: AsyncClient) -> Person:
    return await register(anyone, "root")


@pytest.fixture
def conflicts(resources: Resources) -> list[str]:
    """The statements that the database gave up: for a deadlock, or for having waited too long."""
    found: list[str] = []

    @event.listens_for(resources.database.writes.sync_engine, "handle_error")
    def note(context: ExceptionContext) -> None:
        if code_of(context.original_exception) in CONFLICTS:
            found.append(str(context.statement))

    return found


async def at_once(stage: Stage, names: Sequence[str]) -> None:
    """Fails if one of the deeds is refused for the others' sake."""
    answers = await asyncio.gather(*(DEEDS[name](stage) for name in names))
    for name, answer in zip(names, answers, strict=True):
        if isinstance(answer, Response):
            assert answer.status_code < 500, (name, answer.text)
            if answer.is_error and name not in TOLD:
                assert answer.json()["code"] != ConcurrentChange.code(), name


@SERVERS
class TestOrder:
    async def test_lets_a_crowd_change_one_user(
        self, resources: Resources, root: Person, conflicts: list[str]
    ) -> None:
        for number in range(ROUNDS):
            stage = await set_up(resources, root, f"ada{number}")
            crowd = random.Random(number).sample(list(DEEDS), len(DEEDS))  # noqa: S311

            await at_once(stage, crowd)

        assert conflicts == []

    async def test_lets_a_crowd_purge_one(
        self, resources: Resources, root: Person, conflicts: list[str]
    ) -> None:
        for number in range(ROUNDS):
            stage = await set_up(resources, root, f"ada{number}")
            await deleted_long_ago(stage)

            await at_once(stage, random.Random(number).sample(LATE, len(LATE)))  # noqa: S311

        assert conflicts == []

    async def test_lets_two_meet(
        self, resources: Resources, root: Person, conflicts: list[str]
    ) -> None:
        for number, pair in enumerate(PAIRS * ROUNDS):
            stage = await set_up(resources, root, f"ada{number}")

            await at_once(stage, pair)

            assert conflicts == [], pair

    async def test_lets_one_meet_a_purge(
        self, resources: Resources, root: Person, conflicts: list[str]
    ) -> None:
        for number, pair in enumerate(LATE_PAIRS * ROUNDS):
            stage = await set_up(resources, root, f"ada{number}")
            await deleted_long_ago(stage)

            await at_once(stage, pair)

            assert conflicts == [], pair
