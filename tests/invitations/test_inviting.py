import pytest
from httpx import AsyncClient
from sqlalchemy import select

from tests.invitations.inviting import ADA, accept, invite, token_sent
from tests.mail.queue import mails, outbox
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person
from uservault.one_time_tokens.models import OneTimeToken
from uservault.wiring.ports import Resources


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

    @pytest.mark.promise("B8")
    async def test_keeps_a_digest_of_the_token(self, clerk: Person, resources: Resources) -> None:
        await invite(clerk)

        token = await token_sent(resources)
        rows = await resources.database.rows(select(OneTimeToken.token_hash))

        assert token not in rows[0][0]
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

    @pytest.mark.promise("D3")
    async def test_gives_nothing_that_one_does_not_hold(
        self, clerk: Person, admin: Person, resources: Resources
    ) -> None:
        await admin.post("/roles", json={"name": "more", "permissions": ["users:write"]})

        answers = [
            await clerk.post("/invitations", json={"email": ADA, "roles": roles})
            for roles in (["more"], ["clerk", "more"], ["admin"])
        ]

        assert [answer.status_code for answer in answers] == [403, 403, 403]
        assert answers[0].json()["missing"] == ["users:write"]
        assert await mails(resources, "id") == []

    @pytest.mark.promise("D1")
    async def test_is_not_for_others(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        body = {"email": "eve@example.com", "roles": []}

        assert (await ada.post("/invitations", json=body)).status_code == 403
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

    @pytest.mark.promise("D3")
    async def test_is_in_one_s_own_name(self, clerk: Person, admin: Person) -> None:
        await invite(admin, ADA, "admin")

        refused = await clerk.post("/invitations/1/resend")
        taken_over = await admin.post("/invitations/1/resend")

        assert refused.status_code == 403
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
