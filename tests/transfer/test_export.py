import json
from typing import Any

import pytest

from tests.support.fakes import FakeClock
from tests.support.people import Person, appoint
from tests.transfer.test_import import CSV, NDJSON, ndjson, results, row

FULL = row(
    "bob",
    email_verified=True,
    is_active=False,
    created_at="2019-01-01T00:00:00Z",
    last_login_at="2020-01-01T00:00:00.000001Z",
    locale="de-AT",
    external_id='=4;"2,',
    profile={"motto": 'ß\n";'},
    metadata_public={"plan": "gold"},
    metadata_admin={"n": [1, None, True]},
    roles=["admin"],
)
HASH = {"password_hash": "hash of short"}


async def export(by: Person, **query: Any) -> str:
    response = await by.get("/users/export", params=query)
    assert response.status_code == 200, response.text
    return response.text


async def rows(by: Person, **query: Any) -> dict[str, Any]:
    lines = map(json.loads, (await export(by, **query)).splitlines())
    return {each["username"]: each for each in lines}


class TestExport:
    @pytest.mark.parametrize("hashes", [False, True])
    @pytest.mark.parametrize(("format", "kind"), [("ndjson", NDJSON), ("csv", CSV)])
    async def test_imports_as_the_same_users(
        self, admin: Person, format: str, kind: str, hashes: bool
    ) -> None:
        [bob] = await results(admin, ndjson(FULL | HASH))
        before = (await rows(admin, hashes=hashes))["bob"]
        assert before == FULL | {"id": bob["id"]} | (HASH if hashes else {})
        body = await export(admin, format=format, hashes=hashes)
        moved = body.replace("bob", "eve").replace("=4", "=5")
        id = str(bob["id"])
        moved = moved.replace(f'"id":{id}', '"id":900').replace(f",{id}\r\n", ",900\r\n")

        *_, result = await results(admin, moved, kind, keep_ids=True)

        assert result["status"] == "created"
        after = (await rows(admin, hashes=hashes))["eve"]
        same = {"id": 900, "username": "eve", "email": "eve@example.com"}
        assert after == before | same | {"external_id": '=5;"2,'}

    async def test_has_every_user_but_the_deleted(self, admin: Person, ada: Person) -> None:
        await results(admin, ndjson(*(row(f"user{n}") for n in range(1100))))
        await admin.delete(f"/users/{ada.id}")

        assert list(await rows(admin)) == ["root", *(f"user{n}" for n in range(1100))]

    async def test_needs_the_permission(self, admin: Person) -> None:
        lesser = await appoint(admin, "lesser", "users:read", "transfer:import")

        assert (await lesser.get("/users/export")).status_code == 403

    async def test_gives_hashes_for_a_fresh_proof_alone(
        self, admin: Person, clock: FakeClock
    ) -> None:
        exporter = await appoint(admin, "exporter", "transfer:export")
        fresh = await exporter.get("/users/export", params={"hashes": True})
        assert fresh.status_code == 200
        clock.advance(minutes=16)
        tokens = {"refresh_token": exporter.refresh_token}
        renewed = (await exporter.client.post("/refresh", json=tokens)).json()
        exporter.token = renewed["access_token"]

        refused = await exporter.get("/users/export", params={"hashes": True})

        assert refused.json()["code"] == "fresh-login-required"
        assert (await exporter.get("/users/export")).status_code == 200

    async def test_is_recorded(self, admin: Person) -> None:
        await export(admin, hashes=True)

        events = (await admin.get("/events", params={"type": "users.exported"})).json()

        assert [(each["actor_id"], each["data"]) for each in events] == [
            (admin.id, {"whole": True})
        ]

    @pytest.mark.parametrize("query", [{"format": "xml"}, {"hash": "true"}, {"hashes": "x"}])
    async def test_refuses_what_it_does_not_know(self, admin: Person, query: Any) -> None:
        assert (await admin.get("/users/export", params=query)).status_code == 422
