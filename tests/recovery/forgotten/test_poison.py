"""Requests for e-mails that no worker can handle."""

import logging

import pytest
from httpx import AsyncClient
from sqlalchemy import select

from tests.recovery.forgotten.asking import forget
from tests.recovery.post import mail, post
from tests.support.fakes import FakeClock
from tests.support.people import Person
from uservault.db.unit_of_work import unit_of_work
from uservault.recovery.email_request_job import EmailRequestJob
from uservault.recovery.models import QueuedEmailRequest
from uservault.recovery.sweep import EmailRequestSweep
from uservault.wiring.ports import Resources


async def poison(resources: Resources, purpose: str = "of-another-version") -> None:
    async with unit_of_work(resources.database) as session:
        request = QueuedEmailRequest(
            purpose=purpose,
            email_key="ada@example.com",
            ordered_at=resources.clock(),
            address=None,
            user_agent=None,
            request_id=None,
        )
        session.add(request)


async def waiting(resources: Resources) -> list[tuple[int, bool]]:
    """The tries of each request, and whether it is set aside."""
    columns = select(QueuedEmailRequest.tries, QueuedEmailRequest.failed_at)
    rows = await resources.database.rows(columns)
    return [(row.tries, row.failed_at is not None) for row in rows]


async def exhaust(resources: Resources, clock: FakeClock) -> None:
    for _ in range(5):
        await EmailRequestJob(resources).run_once()
        clock.advance(hours=1)


class TestPoison:
    @pytest.mark.parametrize("purpose", ["of-another-version", "invitation"])
    async def test_blocks_no_other(
        self, ada: Person, anyone: AsyncClient, resources: Resources, purpose: str
    ) -> None:
        for _ in range(3):
            await poison(resources, purpose)
        await forget(anyone)

        assert (await mail(resources)).to == "ada@example.com"
        assert await waiting(resources) == [(1, False)] * 3

    async def test_is_tried_again_later(
        self, ada: Person, resources: Resources, clock: FakeClock
    ) -> None:
        await poison(resources)
        done = [await EmailRequestJob(resources).run_once() for _ in range(2)]
        clock.advance(seconds=30)

        later = await EmailRequestJob(resources).run_once()

        assert (done, later) == ([1, 0], 1)
        assert await waiting(resources) == [(2, False)]

    async def test_is_set_aside_after_five_tries_and_reported(
        self,
        ada: Person,
        anyone: AsyncClient,
        resources: Resources,
        clock: FakeClock,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        await poison(resources)
        await exhaust(resources, clock)
        await forget(anyone)

        assert (await mail(resources)).to == "ada@example.com"
        assert await EmailRequestJob(resources).run_once() == 0
        assert await waiting(resources) == [(5, True)]
        [error] = [each for each in caplog.records if each.levelno == logging.ERROR]
        assert error.getMessage() == "e-mail request set aside"
        assert "ada@" not in str([vars(each) for each in caplog.records if each.name != "httpx"])

    async def test_is_deleted_in_the_end(self, resources: Resources, clock: FakeClock) -> None:
        await poison(resources)
        await exhaust(resources, clock)
        clock.advance(days=29)
        early = await EmailRequestSweep(resources).run_once()
        clock.advance(days=1)

        late = await EmailRequestSweep(resources).run_once()

        assert (early, late) == (0, 1)
        assert await waiting(resources) == []
        assert await post(resources) == []
