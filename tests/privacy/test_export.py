import json
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import insert, select

from tests.mail.queue import TOKEN, queue
from tests.support.people import Person
from uservault.db.unit_of_work import unit_of_work
from uservault.events.models import EventRecord
from uservault.mail.models import Mail
from uservault.passwords.models import Password
from uservault.privacy.export import BATCH_SIZE
from uservault.privacy.export_schemas import Export
from uservault.sessions.models import Session
from uservault.wiring.ports import Resources

AGENT = {"User-Agent": "Mozilla/5.0 (Root)"}


async def exported(person: Person) -> dict[str, Any]:
    """What the file says; it is what the description says it is, and nothing else."""
    body: dict[str, Any] = (await person.get("/me/export")).json()
    Export.model_validate_json(json.dumps(body))
    return body


class TestExportMe:
    @pytest.mark.promise("D6")
    async def test_is_a_file(self, ada: Person) -> None:
        response = await ada.get("/me/export")

        assert response.status_code == 200
        assert response.headers["Content-Type"] == "application/json"
        disposition = f'attachment; filename="user-{ada.id}.json"'
        assert response.headers["Content-Disposition"] == disposition
        assert response.headers["Cache-Control"] == "no-store"

    @pytest.mark.promise("C6")
    async def test_is_for_oneself_alone(self, ada: Person, anyone: AsyncClient) -> None:
        assert (await anyone.get("/me/export")).status_code == 401
        await ada.delete("/me")
        assert (await ada.get("/me/export")).status_code == 401

    async def test_tells_who_one_is(self, admin: Person, ada: Person) -> None:
        await admin.post("/roles", json={"name": "support", "permissions": ["users:read"]})
        await admin.put(f"/users/{ada.id}/roles", json={"roles": ["support"]})
        await ada.put("/me/profile", json={"motto": "ß 🦉"})
        await admin.put(f"/users/{ada.id}/metadata-public", json={"plan": "gold"})
        await admin.put(f"/users/{ada.id}/metadata-admin", json={"note": "kind"})

        body = await exported(ada)

        assert body["user"] == (await ada.get("/me")).json()
        assert (body["roles"], body["permissions"]) == (["support"], ["users:read"])
        assert [each["role"] for each in body["grants"]] == ["support"]
        assert body["profile"] == {"motto": "ß 🦉"}
        assert body["metadata_public"] == {"plan": "gold"}
        assert body["metadata_admin"] == {"note": "kind"}
        assert body["exported_at"] == "2026-01-01T00:00:00Z"

    async def test_tells_of_sessions_that_have_ended_too(self, ada: Person) -> None:
        other = await ada.again()
        await other.post("/logout")

        sessions = (await exported(ada))["sessions"]

        assert [session["revoked_at"] is None for session in sessions] == [True, False]
        assert {session["address"] for session in sessions} == {"127.0.0.1"}

    async def test_tells_of_letters_and_not_what_they_say(
        self, ada: Person, resources: Resources
    ) -> None:
        await queue(resources, to="ada@example.com", user_id=ada.id)
        await queue(resources, to="root@example.com", user_id=1)

        letters = (await exported(ada))["letters"]

        assert [(each["template"], each["recipient"]) for each in letters] == [
            ("reset_password", "ada@example.com")
        ]

    async def test_tells_what_one_did_and_what_befell_one(self, admin: Person, ada: Person) -> None:
        await admin.put(f"/users/{ada.id}", json={"username": "lovelace"}, headers=AGENT)
        await admin.put("/users/1", json={"username": "superuser"})
        await ada.put("/me/profile", json={"a": 1})

        events = (await exported(ada))["events"]

        assert [each["type"] for each in events] == [
            "user.created",
            "login.succeeded",
            "user.updated",
            "metadata.updated",
        ]
        assert all(ada.id in (each["actor_id"], each["subject_id"]) for each in events)

    @pytest.mark.promise("D8")
    async def test_does_not_tell_where_others_came_from(self, admin: Person, ada: Person) -> None:
        await admin.put(f"/users/{ada.id}", json={"username": "lovelace"}, headers=AGENT)

        response = await ada.get("/me/export")

        assert "Root" not in response.text
        by_admin = [each for each in response.json()["events"] if each["actor_id"] == admin.id]
        told = ("session_id", "address", "user_agent", "request_id")
        assert [[each[name] for name in told] for each in by_admin] == [[None] * 4]

    @pytest.mark.promise("D4")
    async def test_holds_no_secret(self, ada: Person, resources: Resources) -> None:
        await queue(resources, to="ada@example.com", user_id=ada.id)
        secrets = [
            str(row[0])
            for column in (Password.hash, Session.key_sealed, Mail.sealed, Mail.reference)
            for row in await resources.database.rows(select(column))
        ]

        text = (await ada.get("/me/export")).text

        assert len(secrets) == 6
        for secret in [*secrets, ada.token, ada.refresh_token, TOKEN, "hash"]:
            assert secret not in text

    async def test_has_every_row_however_many(self, ada: Person, resources: Resources) -> None:
        many = BATCH_SIZE * 2 + 1
        event = {"type": "test.happened", "at": resources.clock(), "subject_id": ada.id, "data": {}}
        async with unit_of_work(resources.database) as session:
            await session.execute(insert(EventRecord), [event] * many)

        events = (await exported(ada))["events"]

        assert sum(each["type"] == "test.happened" for each in events) == many
        assert [each["id"] for each in events] == sorted({each["id"] for each in events})
