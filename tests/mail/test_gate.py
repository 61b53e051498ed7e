"""One gate for every e-mail that anybody but the operator can cause."""

import re
from collections import Counter
from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.mail.queue import RESET, mails, put
from tests.recovery.post import post
from tests.support import databases
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import PASSWORD, Person, login, register, registration
from uservault.kit.problems import Conflict
from uservault.limits.errors import TooManyTries
from uservault.mail.messages import PasswordChanged
from uservault.mail.recipient import Recipient
from uservault.settings.notices import NoticeSettings
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

MANY = 200
CHANGE = {"current_password": PASSWORD, "new_password": PASSWORD + "!"}
MODES = pytest.mark.parametrize("mode", ["off", "optional", "required"], indirect=True)
OPTIONAL = pytest.mark.parametrize("mode", ["optional"], indirect=True)


@pytest.fixture
def mode(request: pytest.FixtureRequest) -> str:
    chosen: str = getattr(request, "param", "off")
    return chosen


@pytest.fixture
def limits(request: pytest.FixtureRequest) -> dict[str, str]:
    """The requests are let through, so that only the gate is left."""
    chosen: dict[str, str] = getattr(request, "param", {})
    return {"letters_per_client": "1000/hour", "register_per_client": "1000/hour"} | chosen


@pytest.fixture
def settings(database_url: str, mode: str, limits: dict[str, str]) -> Settings:
    return databases.settings_for(
        database_url,
        registration={"verify": mode},
        notices=dict.fromkeys(NoticeSettings.model_fields, True),
        passwords={"min_length": 8},
        limits=limits,
        log={"file": None},
    )


@pytest.fixture
async def ada(admin: Person, anyone: AsyncClient, resources: Resources) -> Person:
    """She has proved her address, where anybody asks for it."""
    await anyone.post("/users", json=registration("ada"))
    for each in await post(resources):
        await anyone.post("/account/verify-email", json={"token": each.token})
    return await login(anyone, "ada", 2)


async def move(person: Person, times: int = MANY) -> Counter[int]:
    """So many changes of the address, each to another stranger's."""
    answers = [
        await person.patch(f"/users/{person.id}", json={"email": f"stranger{n}@example.com"})
        for n in range(times)
    ]
    return Counter(each.status_code for each in answers)


async def enter(client: AsyncClient, times: int = MANY) -> Counter[int]:
    """So many logins, each with another made-up user agent."""
    body = {"username": "ada", "password": PASSWORD}
    answers = [
        await client.post("/login", json=body, headers={"User-Agent": f"program-{n}/1"})
        for n in range(times)
    ]
    return Counter(each.status_code for each in answers)


async def templates(resources: Resources) -> Counter[str]:
    return Counter(await mails(resources, "template"))


async def left_out(resources: Resources) -> list[tuple[str, int | None]]:
    recorded = await history(resources, "type", "data", "subject_id")
    return [
        (data["template"], subject) for type, data, subject in recorded if type == "mail.left_out"
    ]


def refusal(response: Response) -> tuple[int, str, bool]:
    waits = int(response.headers.get("Retry-After", 0)) > 0
    return response.status_code, response.json()["code"], waits


REFUSED = (429, "too-many-tries", True)


@pytest.mark.promise("I5")
class TestFloods:
    @MODES
    async def test_of_changes_of_address_succeed_and_send_few_e_mails(
        self, ada: Person, resources: Resources, mode: str
    ) -> None:
        before = await templates(resources)

        answers = await move(ada)

        sent = await templates(resources) - before
        expected = {
            "off": {"email_changed": 30},
            "optional": {"email_changed": 31, "verify_email": 30},  # one to the proved address
            "required": {"confirm_new_email": 30, "email_change_requested": 10},
        }
        assert answers == {200: MANY}
        assert sent == expected[mode]
        assert sorted(await left_out(resources)) == [
            (template, ada.id) for template in sorted(expected[mode])
        ]

    @pytest.mark.parametrize("mode", ["off", "optional"], indirect=True)
    async def test_of_logins_with_made_up_devices_succeed_and_send_few_e_mails(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        answers = await enter(anyone)

        assert answers == {200: MANY}
        assert (await templates(resources))["new_device"] == 10
        assert await left_out(resources) == [("new_device", ada.id)]

    @OPTIONAL
    async def test_of_registrations_succeed_and_send_few_e_mails(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        people = [registration(f"user{n}") for n in range(MANY)]

        answers = [await anyone.post("/users", json=each) for each in people]

        assert Counter(each.status_code for each in answers) == {201: MANY}
        assert await templates(resources) == {"verify_email": 60}
        assert len(await left_out(resources)) == 1

    async def test_of_changed_passwords_succeed_and_send_few_e_mails(
        self, ada: Person, resources: Resources
    ) -> None:
        back = {"current_password": CHANGE["new_password"], "new_password": PASSWORD}

        answers = [await ada.put("/me/password", json=each) for each in [CHANGE, back] * 20]

        assert Counter(each.status_code for each in answers) == {200: 40}
        assert await templates(resources) == {"password_changed": 10}

    @pytest.mark.parametrize("limits", [{"mails_per_client": "2/hour"}], indirect=True)
    async def test_of_forgotten_passwords_are_answered_and_leave_the_last_link_valid(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        asked = [
            await anyone.post("/account/forgot-password", json={"email": "ada@example.com"})
            for _ in range(4)
        ]
        first, second = await post(resources)

        assert [each.status_code for each in asked] == [202] * 4
        assert await left_out(resources) == [("reset_password", ada.id)]
        reset = {"token": second.token, "new_password": PASSWORD + "!"}
        assert (await anyone.post("/account/reset-password", json=reset)).status_code == 200
        assert first.token != second.token

    async def test_end_with_their_window(
        self, ada: Person, resources: Resources, clock: FakeClock
    ) -> None:
        await move(ada, 31)
        clock.advance(hours=1)

        await move(await ada.again(), 5)

        assert (await templates(resources))["email_changed"] == 35


@pytest.mark.promise("I5")
class TestNotices:
    @OPTIONAL
    async def test_are_not_suppressed_by_a_flood_of_other_e_mails(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        eve = await register(anyone, "eve")
        await move(eve, 100)  # from the same network, and by a thief with ada's token, too
        await enter(anyone, 50)
        for n in range(40):
            await ada.post("/me/emails", json={"email": f"further{n}@example.com"})
        before = await templates(resources)

        await ada.put("/me/password", json=CHANGE)
        await ada.patch("/me", json={"email": "thief@example.com"})

        told = await templates(resources) - before
        assert (told["password_changed"], told["email_changed"]) == (1, 1)

    async def test_of_administrators_are_sent_to_many_users(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        people = [await anyone.post("/users", json=registration(f"user{n}")) for n in range(70)]

        for each in people:
            id = each.json()["id"]
            await admin.post(f"/users/{id}/deactivate", json={"reason": "x"})

        assert await templates(resources) == {"account_deactivated": 70}


@pytest.mark.promise("I5")
class TestDeedsThatSend:
    @pytest.mark.parametrize("limits", [{"mails_per_actor": "2/hour"}], indirect=True)
    async def test_refuse_another_address_and_write_nothing(
        self, ada: Person, resources: Resources
    ) -> None:
        bodies = [{"email": f"ada{n}@example.com"} for n in range(4)]

        answers = [await ada.post("/me/emails", json=each) for each in bodies]

        assert [each.status_code for each in answers] == [202, 202, 429, 429]
        assert refusal(answers[2]) == REFUSED
        assert len((await ada.get("/me/emails")).json()) == 3
        assert await left_out(resources) == [("confirm_new_email", ada.id)]

    @OPTIONAL
    @pytest.mark.parametrize("limits", [{"mails_per_recipient": "2/hour"}], indirect=True)
    @pytest.mark.parametrize("primary", [True, False], ids=["primary", "further"])
    async def test_refuse_to_resend_and_leave_the_last_link_valid(
        self, ada: Person, resources: Resources, primary: bool
    ) -> None:
        body = {"email": "ada@work.example.com"}
        await (ada.patch("/me", json=body) if primary else ada.post("/me/emails", json=body))
        path = "/me/emails/ada@work.example.com/resend"

        answers = [await ada.post(path) for _ in range(3)]

        received = [each for each in await post(resources) if each.to == body["email"]]
        assert [each.status_code for each in answers] == [202, 429, 429]
        assert refusal(answers[1]) == REFUSED
        assert len(received) == 2
        proof = {"token": received[1].token}
        assert (await ada.client.post("/account/verify-email", json=proof)).status_code == 200

    @pytest.mark.parametrize("limits", [{"mails_per_recipient": "2/hour"}], indirect=True)
    async def test_refuse_to_invite_again_and_leave_the_last_link_valid(
        self, admin: Person, resources: Resources
    ) -> None:
        invited = await admin.post("/invitations", json={"email": "grace@example.com"})
        path = f"/invitations/{invited.json()['id']}/resend"

        answers = [await admin.post(path) for _ in range(2)]

        last = (await post(resources))[-1]
        assert answers[0].status_code == 200
        assert refusal(answers[1]) == REFUSED
        grace = {"token": last.token, "username": "grace", "password": PASSWORD}
        accepted = await admin.client.post("/account/accept-invitation", json=grace)
        assert accepted.status_code == 201

    @pytest.mark.parametrize("limits", [{"mails_per_administrator": "80/hour"}], indirect=True)
    async def test_let_an_administrator_invite_many(
        self, admin: Person, resources: Resources
    ) -> None:
        bodies = [{"email": f"guest{n}@example.com"} for n in range(81)]

        answers = [await admin.post("/invitations", json=each) for each in bodies]

        assert [each.status_code for each in answers] == [201] * 80 + [429]
        assert refusal(answers[-1]) == REFUSED
        assert len((await admin.get("/invitations?limit=100")).json()) == 80


@pytest.mark.promise("I5")
class TestGate:
    async def test_counts_the_spellings_of_an_address_together(self, resources: Resources) -> None:
        spellings = ["ada@example.com", "ADA@Example.com", "ａda@example.com"]
        for n in range(10):
            await self.queue(resources, spellings[n % 3])

        for each in spellings:
            with pytest.raises(TooManyTries):
                await self.queue(resources, each)

    async def test_counts_only_recipients_of_what_workers_and_commands_send(
        self, resources: Resources
    ) -> None:
        for n in range(100):
            await self.queue(resources, f"user{n}@example.com")

        assert len(await mails(resources, "id")) == 100

    async def test_gives_no_try_back_for_what_was_rolled_back(self, resources: Resources) -> None:
        for _ in range(10):
            with pytest.raises(Conflict):
                await self.queue(resources, "ada@example.com", fail=True)

        with pytest.raises(TooManyTries):
            await self.queue(resources, "ada@example.com")

    async def test_counts_each_notice_to_a_proved_address_by_itself(
        self, resources: Resources
    ) -> None:
        ada = Recipient("ada@example.com", proved=True)
        for _ in range(10):
            async with scope(resources) as made:
                await put(made, PasswordChanged(username="ada"), ada)

        async with scope(resources) as made:
            await put(made, RESET, ada)

        assert await templates(resources) == {"password_changed": 10, "reset_password": 1}

    async def test_names_no_address_in_the_record(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await enter(anyone, 20)

        recorded: list[Any] = await history(resources, "type", "data", "personal")
        assert ("mail.left_out", {"template": "new_device"}, None) in recorded
        assert not re.search(r"\w@\w", str(recorded))

    async def queue(self, resources: Resources, to: str, *, fail: bool = False) -> None:
        async with scope(resources) as made:
            await put(made, RESET, Recipient(to))
            if fail:
                raise Conflict
