import pytest
from httpx import AsyncClient

from tests.mail.queue import FAR, outbox, queue
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person
from uservault.mail.delivery import Delivery
from uservault.wiring.ports import MailFailure, Resources

REFUSED = MailFailure("SMTPRecipientsRefused 550", permanent=True)


async def deliver(resources: Resources, *failures: Exception) -> None:
    outbox(resources).failures += failures
    await Delivery(resources).run_once()


class TestListMail:
    async def test_says_what_became_of_each_letter_and_not_what_it_says(
        self, admin: Person, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources, to="sent@example.com", locale="de-AT", user_id=7)
        clock.advance(seconds=5)
        await deliver(resources)
        await queue(resources, to="failed@example.com")
        await deliver(resources, REFUSED)
        await queue(resources, to="queued@example.com")

        queued, failed, sent = (await admin.get("/mail")).json()

        assert sent == {
            "id": 1,
            "state": "sent",
            "template": "reset_password",
            "locale": "de",
            "recipient": "sent@example.com",
            "user_id": 7,
            "created_at": "2026-01-01T00:00:00Z",
            "next_try_at": None,
            "tries": 1,
            "sent_at": "2026-01-01T00:00:05Z",
            "failed_at": None,
            "last_error": None,
        }
        assert (failed["state"], failed["last_error"]) == ("failed", "SMTPRecipientsRefused 550")
        assert failed["failed_at"] == "2026-01-01T00:00:05Z"
        assert (queued["state"], queued["tries"]) == ("queued", 0)
        assert queued["next_try_at"] == "2026-01-01T00:00:05Z"

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("state=sent", [1]),
            ("state=failed", [2]),
            ("state=queued", [3]),
            ("user_id=7", [3, 1]),
            ("user_id=7&state=sent", [1]),
            ("user_id=8", []),
        ],
    )
    async def test_finds_by_state_and_user(
        self, admin: Person, resources: Resources, query: str, found: list[int]
    ) -> None:
        await queue(resources, user_id=7)
        await deliver(resources)
        await queue(resources)
        await deliver(resources, REFUSED)
        await queue(resources, user_id=7)

        response = await admin.get(f"/mail?{query}")

        assert [mail["id"] for mail in response.json()] == found

    async def test_goes_on_where_the_last_page_ended(
        self, admin: Person, resources: Resources
    ) -> None:
        for _ in range(3):
            await queue(resources)

        pages = [await admin.get("/mail?limit=2&state=queued")]
        while "next" in pages[-1].links:
            pages.append(await admin.get(pages[-1].links["next"]["url"].removeprefix("/api")))

        assert [[mail["id"] for mail in page.json()] for page in pages] == [[3, 2], [1]]

    @pytest.mark.parametrize(
        "query", ["state=lost", "user_id=0", "user_id=x", f"user_id={10**18}", "recipient=a"]
    )
    async def test_refuses_what_it_does_not_understand(self, admin: Person, query: str) -> None:
        assert (await admin.get(f"/mail?{query}")).status_code == 422

    @pytest.mark.promise("D5")
    async def test_is_not_for_everybody(self, ada: Person, anyone: AsyncClient) -> None:
        assert (await ada.get("/mail")).json()["missing"] == ["mail:read"]
        assert (await anyone.get("/mail")).status_code == 401


class TestRetryMail:
    @pytest.mark.promise("G3")
    async def test_sends_what_was_given_up(
        self, admin: Person, resources: Resources, clock: FakeClock
    ) -> None:
        await queue(resources, user_id=7)
        await deliver(resources, REFUSED)
        clock.advance(minutes=10)

        response = await admin.post("/mail/1/retry")
        await deliver(resources)

        assert response.status_code == 200
        [mail] = (await admin.get("/mail")).json()
        assert (mail["state"], mail["tries"], mail["failed_at"]) == ("sent", 1, None)
        assert [message["To"] for message in outbox(resources).sent] == ["ada@example.com"]
        last = (await history(resources, "type", "actor_id", "subject_id", "data"))[-1]
        assert last == ("mail.retried", admin.id, 7, {"letter_id": 1})

    async def test_is_for_nothing_else(self, admin: Person, resources: Resources) -> None:
        await queue(resources)
        waiting = await admin.post("/mail/1/retry")
        await deliver(resources)
        sent = await admin.post("/mail/1/retry")

        assert waiting.status_code == sent.status_code == 409
        assert waiting.json()["code"] == sent.json()["code"] == "mail-not-failed"

    @pytest.mark.promise("E6")
    @pytest.mark.parametrize(("id", "status"), [("9", 404), ("0", 404), ("x", 404), (FAR, 404)])
    async def test_knows_no_letter_that_does_not_exist(
        self, admin: Person, id: str, status: int
    ) -> None:
        assert (await admin.post(f"/mail/{id}/retry")).status_code == status

    async def test_is_not_for_everybody(self, ada: Person) -> None:
        assert (await ada.post("/mail/1/retry")).json()["missing"] == ["mail:write"]
