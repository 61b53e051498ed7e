"""Registering again after a mistyped address."""

import asyncio

import pytest
from httpx import AsyncClient, Response

from tests.recovery.post import Received, mail, post
from tests.support import databases
from tests.support.fakes import FakeClock, FakeHasher
from tests.support.history import history
from tests.support.people import PASSWORD, Person, login, registration
from uservault.privacy.unverified import UnverifiedSweep
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

MISTYPED = registration("ada") | {"email": "ada@exampel.com"}
RIGHT = MISTYPED | {"email": "ada@example.com"}
WRONG = RIGHT | {"password": "battery staple"}


@pytest.fixture
def verify(request: pytest.FixtureRequest) -> str:
    chosen: str = getattr(request, "param", "required")
    return chosen


@pytest.fixture
def settings(database_url: str, verify: str) -> Settings:
    return databases.settings_for(
        database_url,
        registration={"verify": verify},
        notices={"email_changed": True},
        log={"file": None},
    )


@pytest.fixture
async def mistyped(admin: Person, anyone: AsyncClient, resources: Resources) -> Received:
    await anyone.post("/users", json=MISTYPED)
    return await mail(resources)


async def prove(anyone: AsyncClient, sent: Received) -> int:
    body = {"token": sent.token}
    return (await anyone.post("/account/verify-email", json=body)).status_code


def said(response: Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


TAKEN = (409, "username-taken")


@pytest.mark.usefixtures("mistyped")
class TestRegisteringAgain:
    async def test_moves_it_to_the_other_address(
        self, mistyped: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        response = await anyone.post("/users", json=RIGHT)
        sent = await mail(resources)

        assert (response.status_code, response.json()["id"]) == (201, 2)
        assert response.json()["email"] == sent.to == "ada@example.com"
        assert (await history(resources, "type", "subject_id"))[-1] == ("registration.moved", 2)
        assert await prove(anyone, mistyped) == 403
        assert await prove(anyone, sent) == 200
        assert await (await login(anyone, "ada", 2)).status() == 200

    async def test_frees_the_old_address_and_tells_it_nothing(
        self, anyone: AsyncClient, resources: Resources
    ) -> None:
        await anyone.post("/users", json=RIGHT)
        body = registration("eve") | {"email": MISTYPED["email"]}

        assert [each.to for each in await post(resources)] == ["ada@example.com"]
        assert (await anyone.post("/users", json=body)).status_code == 201

    @pytest.mark.promise("B1")
    async def test_says_the_same_to_a_wrong_password_and_of_who_has_come(
        self, mistyped: Received, anyone: AsyncClient, resources: Resources
    ) -> None:
        hasher = resources.hasher
        assert isinstance(hasher, FakeHasher)
        before = hasher.verified
        guess = await anyone.post("/users", json=WRONG)
        somebody = await anyone.post("/users", json=registration("root") | {"email": "x@x.org"})
        compared = hasher.verified - before
        await prove(anyone, mistyped)
        late = await anyone.post("/users", json=RIGHT)

        assert said(guess) == said(somebody) == said(late) == TAKEN
        assert compared == 2
        assert hasher.held == 0
        assert (await history(resources, "type", "subject_id"))[-4:] == [
            ("registration.username_refused", 2),
            ("registration.username_refused", None),
            ("email.verified", 2),
            ("registration.username_refused", None),
        ]

    @pytest.mark.promise("B3")
    async def test_bears_as_many_guesses_as_a_login(
        self, anyone: AsyncClient, clock: FakeClock
    ) -> None:
        guesses = [await anyone.post("/users", json=WRONG) for _ in range(10)]
        right = await anyone.post("/users", json=RIGHT)
        body = {"username": "ada", "password": PASSWORD}
        logged_in = await anyone.post("/login", json=body)
        clock.advance(minutes=1)
        later = await anyone.post("/users", json=RIGHT)

        assert {*map(said, guesses), said(right)} == {TAKEN}
        assert logged_in.status_code == 429
        assert later.status_code == 201

    async def test_needs_an_address_that_is_free_and_another(
        self, anyone: AsyncClient, resources: Resources
    ) -> None:
        same = await anyone.post("/users", json=MISTYPED)
        taken = await anyone.post("/users", json=MISTYPED | {"email": "root@example.com"})

        assert said(same) == TAKEN
        assert said(taken) == (409, "email-taken")
        assert await post(resources) == []

    async def test_is_not_for_whom_an_administrator_gave_a_role_or_changed(
        self, admin: Person, anyone: AsyncClient
    ) -> None:
        await admin.put("/users/2/roles", json={"roles": ["admin"]})
        with_role = await anyone.post("/users", json=RIGHT)
        await admin.put("/users/2/roles", json={"roles": []})
        await admin.patch("/users/2", json={"locale": "sw"})
        changed = await anyone.post("/users", json=RIGHT)

        assert said(with_role) == said(changed) == TAKEN

    async def test_is_not_for_an_administrator(self, admin: Person) -> None:
        assert said(await admin.post("/users", json=RIGHT)) == TAKEN

    async def test_begins_the_days_anew(
        self, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        clock.advance(days=29)
        await anyone.post("/users", json=RIGHT)
        clock.advance(days=29)

        assert await UnverifiedSweep(resources).run_once() == 0

    async def test_and_the_proof_at_the_same_time_agree(
        self, mistyped: Received, anyone: AsyncClient
    ) -> None:
        moved, proved = await asyncio.gather(
            anyone.post("/users", json=RIGHT), prove(anyone, mistyped)
        )

        assert (moved.status_code, proved) in [(201, 403), (409, 200)]


@pytest.mark.parametrize("verify", ["optional", "off"], indirect=True)
async def test_moves_nothing_where_they_can_log_in(admin: Person, anyone: AsyncClient) -> None:
    await anyone.post("/users", json=MISTYPED)

    assert said(await anyone.post("/users", json=RIGHT)) == TAKEN
