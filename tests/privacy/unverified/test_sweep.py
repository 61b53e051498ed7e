"""Sign-ups that came to nothing."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from httpx import AsyncClient
from sqlalchemy import select, update

from tests.recovery.post import mail, post
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import PASSWORD, Person, registration
from uservault.db.unit_of_work import unit_of_work
from uservault.one_time_tokens.models import OneTimeToken
from uservault.privacy.unverified import UnverifiedSweep
from uservault.users.models import User
from uservault.wiring.ports import Resources

LOGIN = {"username": "ada", "password": PASSWORD}
OPTIONAL = pytest.mark.parametrize("verify", ["optional"], indirect=True)


async def sign_up(anyone: AsyncClient, name: str = "ada") -> int:
    id: int = (await anyone.post("/users", json=registration(name))).json()["id"]
    return id


class TestAMistypedSignUp:
    async def test_frees_its_names_after_so_many_days(
        self,
        admin: Person,
        anyone: AsyncClient,
        sweep: UnverifiedSweep,
        clock: FakeClock,
        resources: Resources,
    ) -> None:
        id = await sign_up(anyone)

        clock.advance(days=14, seconds=-1)
        early = await sweep.run_once()
        clock.advance(seconds=1)
        late = await sweep.run_once()

        assert (early, late, await sweep.run_once()) == (0, 1, 0)
        assert (await history(resources, "type", "actor_id", "subject_id"))[-2:] == [
            ("registration.expired", None, id),
            ("user.purged", None, id),
        ]
        assert await resources.database.rows(select(OneTimeToken.id)) == []
        assert await sign_up(anyone) > id

    async def test_is_told_to_nobody(
        self,
        admin: Person,
        anyone: AsyncClient,
        sweep: UnverifiedSweep,
        clock: FakeClock,
        resources: Resources,
    ) -> None:
        await sign_up(anyone)
        await post(resources)

        clock.advance(days=14)
        await sweep.run_once()

        assert await post(resources) == []

    async def test_is_swept_once_by_several_workers(
        self, admin: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        for n in range(3):
            await sign_up(anyone, f"user{n}")
        clock.advance(days=14)

        done = await asyncio.gather(*(UnverifiedSweep(resources).run_once() for _ in range(4)))

        assert sum(done) == 3
        assert (await history(resources)).count("user.purged") == 3

    async def test_is_swept_with_a_credential_that_is_none(
        self, admin: Person, anyone: AsyncClient, sweep: UnverifiedSweep, clock: FakeClock
    ) -> None:
        headers = {"Authorization": "Bearer nonsense"}
        await anyone.post("/users", json=registration("ada"), headers=headers)
        clock.advance(days=15)

        assert await sweep.run_once() == 1

    @OPTIONAL
    async def test_and_a_login_at_the_same_time_agree(
        self, admin: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        for _ in range(5):
            await sign_up(anyone)
            clock.advance(days=14)

            login, swept = await asyncio.gather(
                anyone.post("/login", json=LOGIN), UnverifiedSweep(resources).run_once()
            )

            assert login.status_code == (401 if swept else 200)
            if not swept:
                async with unit_of_work(resources.database) as session:
                    mine = User.username == "ada"
                    await session.execute(
                        update(User).where(mine).values(provisional_since=clock.time)
                    )
                clock.advance(days=14)
                await UnverifiedSweep(resources).run_once()


class TestSparesWho:
    async def test_verified_the_address(self, spares: "Spares", resources: Resources) -> None:
        async def verify(_: int) -> None:
            token = (await mail(resources)).token
            await spares.anyone.post("/account/verify-email", json={"token": token})

        await spares(verify)

    @OPTIONAL
    async def test_logged_in(self, spares: "Spares", resources: Resources) -> None:
        async def log_in(id: int) -> None:
            response = await spares.anyone.post("/login", json=LOGIN)
            token = {"Authorization": f"Bearer {response.json()['access_token']}"}
            me = await spares.anyone.get("/me", headers=token)
            assert me.headers["ETag"] == '"1"'

        await spares(log_in)

    async def test_has_a_role(self, spares: "Spares") -> None:
        async def give(id: int) -> None:
            await spares.admin.put(f"/users/{id}/roles", json={"roles": ["admin"]})

        await spares(give)

    async def test_was_changed_by_an_administrator(self, spares: "Spares") -> None:
        async def change(id: int) -> None:
            await spares.admin.patch(f"/users/{id}", json={"locale": "sw"})

        await spares(change)

    async def test_was_deactivated(self, spares: "Spares") -> None:
        async def deactivate(id: int) -> None:
            response = await spares.admin.post(
                f"/users/{id}/deactivate", json={"reason": "spam", "until": None}
            )
            assert response.status_code == 200, response.text

        await spares(deactivate)

    async def test_was_helped(self, spares: "Spares") -> None:
        async def help(id: int) -> None:
            response = await spares.admin.post(f"/users/{id}/password-reset")
            assert response.status_code < 300, response.text

        await spares(help)

    async def test_was_made_by_an_administrator(
        self, admin: Person, sweep: UnverifiedSweep, clock: FakeClock
    ) -> None:
        await admin.post("/users", json=registration("ada"))
        clock.advance(days=15)

        assert await sweep.run_once() == 0

    async def test_waits_to_be_restored(self, spares: "Spares") -> None:
        async def delete(id: int) -> None:
            await spares.admin.delete(f"/users/{id}")

        await spares(delete)


class TestDefault:
    @pytest.mark.parametrize(
        ("days", "verify", "swept"),
        [(None, "required", 1), (None, "optional", 0), (None, "off", 0), (0, "required", 0)],
        ids=repr,
        indirect=["days", "verify"],
    )
    async def test_is_thirty_days_where_verification_is_required(
        self,
        admin: Person,
        anyone: AsyncClient,
        sweep: UnverifiedSweep,
        clock: FakeClock,
        swept: int,
    ) -> None:
        await sign_up(anyone)
        clock.advance(days=30, seconds=-1)
        early = await sweep.run_once()
        clock.advance(seconds=1)

        assert (early, await sweep.run_once()) == (0, swept)


class Spares:
    """Signs ada up, lets something happen to her, and looks whether she is still there."""

    def __init__(
        self, admin: Person, anyone: AsyncClient, sweep: UnverifiedSweep, clock: FakeClock
    ) -> None:
        self.admin, self.anyone, self.sweep, self.clock = admin, anyone, sweep, clock

    async def __call__(self, happens: Callable[[int], Awaitable[None]]) -> None:
        id = await sign_up(self.anyone)
        await happens(id)
        self.clock.advance(days=15)

        assert await self.sweep.run_once() == 0


@pytest.fixture
def spares(admin: Person, anyone: AsyncClient, sweep: UnverifiedSweep, clock: FakeClock) -> Spares:
    return Spares(admin, anyone, sweep, clock)
