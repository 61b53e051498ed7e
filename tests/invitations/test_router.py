import asyncio

import pytest
from httpx import AsyncClient
from sqlalchemy import select, update

from tests.fakes import FakeClock
from tests.history import history
from tests.invitations.inviting import accept, invite, token_sent
from tests.mail.queue import mails, outbox
from tests.people import PASSWORD, Person, appoint, login, register
from uservault.db.unit_of_work import unit_of_work
from uservault.invitations.sweep import InvitationSweep
from uservault.one_time_tokens.models import OneTimeToken
from uservault.users.models import User
from uservault.wiring.ports import Resources

ADA = "ada@example.com"


@pytest.fixture
async def clerk(admin: Person) -> Person:
    """May invite people, and read users."""
    return await appoint(admin, "clerk", "invitations:write", "users:read")


class TestCreateInvitation:
    async def test_sends_a_letter_and_says_what_it_gives(
        self, clerk: Person, resources: Resources
    ) -> None:
        response = await clerk.post("/invitations", json={"email": ADA, "roles": ["clerk"]})

        assert response.status_code == 201
        assert response.json() == {
            "id": 1,
            "email": ADA,
            "roles": ["clerk"],
            "inviter_id": clerk.id,
            "created_at": "2026-01-01T00:00:00Z",
            "expires_at": "2026-01-08T00:00:00Z",
        }
        token = await token_sent(resources)
        assert outbox(resources).sent[-1]["To"] == ADA
        assert token not in response.text

    async def test_keeps_a_digest_of_the_token(self, clerk: Person, resources: Resources) -> None:
        await invite(clerk)

        token = await token_sent(resources)
        rows = await resources.database.rows(select(OneTimeToken.token_hash))

        assert token not in rows[0][0]  # B8
        assert len(rows[0][0]) == 64

    async def test_records_neither_address_nor_token(
        self, clerk: Person, resources: Resources
    ) -> None:
        await invite(clerk, ADA, "clerk")

        last = (await history(resources, "type", "actor_id", "subject_id", "data"))[-1]
        assert last == (
            "invitation.created",
            clerk.id,
            None,
            {"invitation_id": 1, "roles": ["clerk"]},
        )

    async def test_gives_nothing_that_one_does_not_hold(
        self, clerk: Person, admin: Person, resources: Resources
    ) -> None:
        await admin.post("/roles", json={"name": "more", "permissions": ["users:write"]})

        answers = [
            await clerk.post("/invitations", json={"email": ADA, "roles": roles})
            for roles in (["more"], ["clerk", "more"], ["admin"])
        ]

        assert [answer.status_code for answer in answers] == [403, 403, 403]  # D3
        assert answers[0].json()["missing"] == ["users:write"]
        assert await mails(resources, "id") == []

    async def test_is_not_for_others(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        body = {"email": "eve@example.com", "roles": []}

        assert (await ada.post("/invitations", json=body)).status_code == 403  # D1
        assert (await anyone.post("/invitations", json=body)).status_code == 401
        for method, path in (("GET", ""), ("DELETE", "/1"), ("POST", "/1/resend")):
            response = await ada.ask(method, f"/invitations{path}")
            assert response.status_code == 403

    async def test_knows_the_roles_and_the_addresses_that_are_taken(
        self, clerk: Person, ada: Person
    ) -> None:
        unknown = await clerk.post("/invitations", json={"email": "x@x.org", "roles": ["nobody"]})
        taken = await clerk.post("/invitations", json={"email": "ADA@example.com"})

        assert (unknown.status_code, unknown.json()["code"]) == (409, "unknown-role")
        assert unknown.json()["errors"][0]["pointer"] == "/body/roles/0"
        assert (taken.status_code, taken.json()["code"]) == (409, "email-taken")


class TestListInvitations:
    async def test_shows_those_that_are_open(self, clerk: Person) -> None:
        first, second = await invite(clerk, "a@x.org"), await invite(clerk, "b@x.org")

        page = await clerk.get("/invitations?limit=1")
        rest = await clerk.get(page.headers["Link"].partition(">")[0].removeprefix("</api"))

        assert (page.json(), rest.json()) == ([first], [second])
        assert "Link" not in rest.headers


class TestResendInvitation:
    async def test_makes_the_first_letter_void(
        self, clerk: Person, anyone: AsyncClient, resources: Resources, clock: FakeClock
    ) -> None:
        await invite(clerk)
        old = await token_sent(resources)
        clock.advance(days=8)
        clerk = await clerk.again()

        response = await clerk.post("/invitations/1/resend")
        new = await token_sent(resources)

        assert response.json()["expires_at"] == "2026-01-16T00:00:00Z"
        assert new != old
        assert (await accept(anyone, old)).status_code == 404
        assert (await accept(anyone, new)).status_code == 201

    async def test_puts_a_letter_in_the_place_of_one_that_waits(
        self, clerk: Person, resources: Resources
    ) -> None:
        await invite(clerk)
        first = await mails(resources, "id")

        await clerk.post("/invitations/1/resend")

        second = await mails(resources, "id")
        assert len(second) == 1
        assert second != first

    async def test_is_in_one_s_own_name(self, clerk: Person, admin: Person) -> None:
        await invite(admin, ADA, "admin")

        refused = await clerk.post("/invitations/1/resend")
        taken_over = await admin.post("/invitations/1/resend")

        assert refused.status_code == 403  # D3
        assert taken_over.json()["inviter_id"] == admin.id

    async def test_knows_no_invitation_that_is_not_there(self, clerk: Person) -> None:
        response = await clerk.post("/invitations/7/resend")

        assert (response.status_code, response.json()["code"]) == (404, "invitation-not-found")


class TestRevokeInvitation:
    async def test_takes_it_back(
        self, clerk: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await invite(clerk)
        token = await token_sent(resources)

        response = await clerk.delete("/invitations/1")

        assert response.json() == {"message": "Invitation revoked"}
        assert (await accept(anyone, token)).status_code == 404
        assert (await clerk.get("/invitations")).json() == []
        assert (await clerk.delete("/invitations/1")).status_code == 404
        assert (await history(resources))[-1] == "invitation.revoked"

    async def test_keeps_a_letter_that_waits_from_being_sent(
        self, clerk: Person, resources: Resources
    ) -> None:
        await invite(clerk)

        await clerk.delete("/invitations/1")

        assert await mails(resources, "id") == []


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

    async def test_works_once(
        self, clerk: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await invite(clerk)
        token = await token_sent(resources)

        tries = [accept(anyone, token, f"user{n}") for n in range(20)]
        statuses = [response.status_code for response in await asyncio.gather(*tries)]

        assert sorted(statuses) == [201] + [404] * 19  # B8
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

    @pytest.mark.parametrize(
        "more", [{"email": "eve@example.com"}, {"roles": ["admin"]}, {"is_admin": True}], ids=str
    )
    async def test_lets_nobody_choose_more(
        self, clerk: Person, anyone: AsyncClient, resources: Resources, more: dict[str, object]
    ) -> None:
        await invite(clerk)
        data = {"token": await token_sent(resources), "username": "ada", "password": PASSWORD}

        response = await anyone.post("/account/accept-invitation", json=data | more)

        assert response.status_code == 422  # D3

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

        assert await ways() == [404, 404, 404, 404, 404]  # D3
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

    async def test_refuses_one_client_that_tries_too_often(self, anyone: AsyncClient) -> None:
        tried = [(await accept(anyone, "x")).status_code for _ in range(601)]

        assert tried == [404] * 600 + [429]  # B7


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
