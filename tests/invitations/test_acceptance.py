import asyncio

import pytest
from httpx import AsyncClient
from sqlalchemy import select, update

from tests.invitations.inviting import ADA, accept, invite, token_sent
from tests.mail.queue import mails
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import PASSWORD, Person, login, register
from uservault.db.unit_of_work import unit_of_work
from uservault.invitations.sweep import InvitationSweep
from uservault.users.models import User
from uservault.wiring.ports import Resources


class TestAcceptInvitation:
    async def test_makes_a_user_with_the_address_and_the_roles(
        self, clerk: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await invite(clerk, ADA, "clerk")
        token = await token_sent(resources)

        response = await accept(anyone, token)

        user = response.json()
        assert (response.status_code, user["username"], user["email"]) == (201, "ada", ADA)
        assert response.headers["Location"] == f"/api/users/{user['id']}"
        ada = await login(anyone, "ada", user["id"])
        assert (await ada.get(f"/users/{ada.id}/roles")).json()["roles"] == ["clerk"]
        assert await mails(resources, "user_id") == [ada.id]
        assert (await history(resources, "type", "subject_id"))[-4:] == [
            ("user.created", ada.id),
            ("role.granted", ada.id),
            ("invitation.accepted", ada.id),
            ("login.succeeded", ada.id),
        ]

    @pytest.mark.promise("B8")
    async def test_works_once(
        self, clerk: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await invite(clerk)
        token = await token_sent(resources)

        tries = [accept(anyone, token, f"user{n}") for n in range(20)]
        statuses = [response.status_code for response in await asyncio.gather(*tries)]

        assert sorted(statuses) == [201] + [404] * 19
        assert len(await resources.database.rows(select(User.id))) == 3

    async def test_is_over_after_seven_days(
        self, clerk: Person, anyone: AsyncClient, resources: Resources, clock: FakeClock
    ) -> None:
        await invite(clerk)
        token = await token_sent(resources)

        clock.advance(days=7)

        assert (await accept(anyone, token)).status_code == 404

    @pytest.mark.parametrize("token", ["", "x", "x" * 43, "\0", "ü" * 43])
    async def test_refuses_what_is_no_token(self, anyone: AsyncClient, token: str) -> None:
        response = await accept(anyone, token)

        assert (response.status_code, response.json()["code"]) == (404, "invitation-not-found")

    @pytest.mark.promise("D3")
    @pytest.mark.parametrize(
        "more", [{"email": "eve@example.com"}, {"roles": ["admin"]}, {"is_admin": True}], ids=str
    )
    async def test_lets_nobody_choose_more(
        self, clerk: Person, anyone: AsyncClient, resources: Resources, more: dict[str, object]
    ) -> None:
        await invite(clerk)
        data = {"token": await token_sent(resources), "username": "ada", "password": PASSWORD}

        response = await anyone.post("/account/accept-invitation", json=data | more)

        assert response.status_code == 422

    async def test_stays_open_when_the_name_is_taken(
        self, clerk: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await invite(clerk)
        token = await token_sent(resources)

        taken, free = await accept(anyone, token, "CLERK"), await accept(anyone, token)

        assert (taken.status_code, taken.json()["code"]) == (409, "username-taken")
        assert free.status_code == 201

    async def test_of_an_address_that_was_registered_meanwhile_is_refused(
        self, clerk: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await invite(clerk)
        token = await token_sent(resources)
        await register(anyone, "ada")

        response = await accept(anyone, token, "other")

        assert (response.status_code, response.json()["code"]) == (409, "email-taken")

    @pytest.mark.promise("D3")
    async def test_is_worth_what_the_inviter_is_worth_then(
        self, admin: Person, clerk: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await invite(clerk, ADA, "clerk")
        token = await token_sent(resources)
        clerk_role = (await admin.get("/roles?limit=200")).json()[-1]["id"]

        async def ways() -> list[int]:
            refused = []
            more = {"permissions": ["invitations:write", "users:write"]}
            less = {"permissions": ["users:read"]}
            back = {"permissions": ["invitations:write", "users:read"]}
            other = {"name": "renamed"}
            for change in (less, other):  # no more inviting; a role that is gone
                await admin.patch(f"/roles/{clerk_role}", json=change)
                refused.append((await accept(anyone, token)).status_code)
                await admin.patch(f"/roles/{clerk_role}", json=back | {"name": "clerk"})
            await admin.post("/roles", json={"name": "plain"} | back)
            await admin.put(f"/users/{clerk.id}/roles", json={"roles": ["plain"]})
            await admin.patch(f"/roles/{clerk_role}", json=more)  # a role that has become mightier
            refused.append((await accept(anyone, token)).status_code)
            await admin.post(f"/users/{clerk.id}/deactivate", json={"reason": "away"})
            refused.append((await accept(anyone, token)).status_code)
            await admin.delete(f"/users/{clerk.id}")
            refused.append((await accept(anyone, token)).status_code)
            return refused

        assert await ways() == [404, 404, 404, 404, 404]
        assert (await admin.get("/invitations")).json() == []

    async def test_of_an_inviter_who_is_deleted_but_could_be_restored_is_refused(
        self, clerk: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await invite(clerk)
        token = await token_sent(resources)
        async with unit_of_work(resources.database) as session:
            deleted = update(User).where(User.id == clerk.id)
            await session.execute(deleted.values(deleted_at=resources.clock()))

        assert (await accept(anyone, token)).status_code == 404

    @pytest.mark.promise("B7")
    async def test_refuses_one_client_that_tries_too_often(self, anyone: AsyncClient) -> None:
        tried = [(await accept(anyone, "x")).status_code for _ in range(601)]

        assert tried == [404] * 600 + [429]


class TestInvitationSweep:
    async def test_forgets_those_that_expired_long_ago(
        self, clerk: Person, resources: Resources, clock: FakeClock
    ) -> None:
        sweep = InvitationSweep(resources)
        await invite(clerk)

        clock.advance(days=37)
        early = await sweep.run_once()
        clock.advance(seconds=1)
        late = await sweep.run_once()

        assert (early, late, await sweep.run_once()) == (0, 1, 0)
