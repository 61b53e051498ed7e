import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from httpx import AsyncClient
from sqlalchemy import Connection, event, select

from tests.recovery.forgotten.asking import forget
from tests.recovery.post import mail, post
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import PASSWORD, Person, register
from uservault.db.database import Database
from uservault.recovery.email_request_job import EmailRequestJob
from uservault.recovery.models import QueuedEmailRequest
from uservault.wiring.ports import Resources

SAME = {"X-Request-ID": "same"}
ADDRESSES = {"known": "ada@example.com", "unknown": "nobody@example.com", "shut": "eve@example.com"}


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    engines = (database.reads.sync_engine, database.writes.sync_engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


class TestForgotPassword:
    @pytest.mark.promise("E3")
    async def test_sends_a_letter_to_the_address_that_is_kept(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        response = await forget(anyone, "ADA@Example.COM")
        received = await mail(resources)

        assert response.status_code == 202
        assert received.to == "ada@example.com"  # CVE-2019-19844
        assert "https://id.example.com/reset#token=" in received.text

    @pytest.mark.promise("B8", "F2")
    async def test_links_to_where_the_operator_says(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await forget(anyone, **{"Host": "evil.example", "X-Forwarded-Host": "evil.example"})

        assert "evil" not in (await mail(resources)).text

    @pytest.mark.promise("E3")
    async def test_writes_to_no_other_spelling_that_somebody_types(
        self, anyone: AsyncClient, resources: Resources
    ) -> None:
        await register(anyone, "mike")

        response = await forget(anyone, "mıke@example.com")  # without its dot: CVE-2019-19844

        assert response.status_code == 202
        assert (await mail(resources)).to == "mike@example.com"

    @pytest.mark.promise("B1", "B2", "B8")
    async def test_answers_everybody_the_same(
        self, admin: Person, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await self.shut_out_eve(admin, anyone)
        answers, asked = [], []

        for address in ADDRESSES.values():
            with statements(resources.database) as seen:
                answers.append(await forget(anyone, address, **SAME))
            asked.append(seen)

        assert len({answer.status_code for answer in answers}) == 1
        assert len({answer.content for answer in answers}) == 1
        assert answers[0].headers == answers[1].headers == answers[2].headers
        assert asked[0] == asked[1] == asked[2]  # the same work, so the same time
        assert [each.to for each in await post(resources)] == ["ada@example.com"]

    async def test_leaves_no_order_behind(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await forget(anyone)
        await forget(anyone, "nobody@example.com")
        before = await count_orders(resources)
        await post(resources)

        assert (before, await count_orders(resources)) == (2, 0)

    async def test_is_on_record_with_who_asked(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await forget(anyone, **{"User-Agent": "curl/8", "X-Request-ID": "mine"})
        await post(resources)

        columns = ("type", "subject_id", "actor_id", "address", "user_agent", "request_id")
        last = (await history(resources, *columns))[-1]
        asked = ("password.reset_requested", ada.id, None, "127.0.0.1", "curl/8", "mine")
        assert last == asked

    @pytest.mark.promise("B1", "B7", "I5")
    @pytest.mark.parametrize("email", ADDRESSES.values())
    async def test_sends_five_letters_an_hour_to_an_address(
        self, ada: Person, anyone: AsyncClient, resources: Resources, email: str
    ) -> None:
        spellings = [email, email.upper()] * 4

        asked = [await forget(anyone, spelling, **SAME) for spelling in spellings]

        assert {(answer.status_code, answer.content) for answer in asked} == {
            (202, asked[0].content)
        }
        assert await count_orders(resources) == 5

    @pytest.mark.promise("I8")
    async def test_leaves_the_last_letter_alive_however_often_strangers_ask(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        for _ in range(20):
            await forget(anyone)
        last = (await post(resources))[-1]

        reset = {"token": last.token, "new_password": "battery staple"}
        response = await anyone.post("/account/reset-password", json=reset)

        assert response.status_code == 200

    async def test_sends_more_in_the_next_hour(
        self, ada: Person, anyone: AsyncClient, resources: Resources, clock: FakeClock
    ) -> None:
        for _ in range(6):
            await forget(anyone)
        await post(resources)
        clock.advance(hours=1)

        await forget(anyone)

        assert len(await post(resources)) == 1

    @pytest.mark.promise("B7")
    async def test_is_throttled_for_a_client(self, anyone: AsyncClient) -> None:
        asked = [await forget(anyone, f"u{n}@example.com") for n in range(61)]

        assert [answer.status_code for answer in asked] == [202] * 60 + [429]
        assert int(asked[-1].headers["Retry-After"]) > 0

    async def test_lets_several_workers_share_the_orders(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await forget(anyone)
        workers = [EmailRequestJob(resources).run_once() for _ in range(5)]

        assert sum(await asyncio.gather(*workers)) == 1
        assert len(await post(resources)) == 1

    async def test_refuses_what_is_no_address(self, anyone: AsyncClient) -> None:
        assert (await forget(anyone, "x")).status_code == 422

    async def shut_out_eve(self, admin: Person, anyone: AsyncClient) -> None:
        user = {"username": "eve", "email": "eve@example.com", "password": PASSWORD}
        eve = (await anyone.post("/users", json=user)).json()
        await admin.post(f"/users/{eve['id']}/deactivate", json={"reason": "x"})


async def count_orders(resources: Resources) -> int:
    return len(await resources.database.rows(select(QueuedEmailRequest.id)))
