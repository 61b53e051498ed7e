"""The lines that events have in the log."""

import logging
from contextlib import suppress

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from tests.support.people import Person, registration
from uservault.auth.events import LoginFailed
from uservault.db.unit_of_work import roll_back
from uservault.events.log import EventLog
from uservault.events.models import EventRecord
from uservault.kit.problems import Conflict
from uservault.users.events import EmailVerified, UserCreated
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.name == "uservault.events"]


@pytest.fixture(autouse=True)
def listening(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "uservault.events")


@pytest.mark.promise("G3")
class TestEventLines:
    async def test_tell_what_is_committed(
        self, anyone: AsyncClient, admin: Person, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.clear()

        await anyone.post("/users", json=registration("ada"))

        assert logged(caplog) == [UserCreated.type]
        (line,) = [vars(each) for each in caplog.records if each.name == "uservault.events"]
        assert line["subject_id"] == admin.id + 1
        assert line["request_id"]

    async def test_tell_of_a_refusal_that_is_kept(
        self, anyone: AsyncClient, admin: Person, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.clear()

        await anyone.post("/login", json={"username": admin.username, "password": "wrong one"})

        assert logged(caplog) == ["login.failed"]

    @pytest.mark.parametrize("failure", [Conflict(), RuntimeError("unexpected")])
    async def test_tell_nothing_that_is_rolled_back(
        self, resources: Resources, caplog: pytest.LogCaptureFixture, failure: Exception
    ) -> None:
        with suppress(Conflict, RuntimeError):
            async with scope(resources) as made:
                made.get(EventLog).record(EmailVerified(subject_id=None))
                raise failure

        assert logged(caplog) == []
        assert await resources.database.rows(select(EventRecord.id)) == []

    async def test_come_no_sooner_than_the_commit(
        self, resources: Resources, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with scope(resources) as made:
            made.get(EventLog).record(EmailVerified(subject_id=None))
            await made.session.flush()

            assert logged(caplog) == []

        assert logged(caplog) == [EmailVerified.type]

    async def test_tell_of_what_comes_after_a_rollback_alone(
        self, resources: Resources, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with scope(resources) as made:
            made.get(EventLog).record(EmailVerified(subject_id=None))
            await roll_back(made.session)
            made.get(EventLog).record(LoginFailed(subject_id=None))

        assert logged(caplog) == [LoginFailed.type]
