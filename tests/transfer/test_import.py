import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from httpx import Response

from tests.support.people import PASSWORD, Person, appoint

NDJSON = "application/x-ndjson"
CSV = "text/csv"


def row(username: str, **more: Any) -> dict[str, Any]:
    return {"username": username, "email": f"{username}@example.com"} | more


def ndjson(*rows: Mapping[str, Any]) -> str:
    return "".join(json.dumps(each) + "\n" for each in rows)


async def send(by: Person, body: str | bytes, kind: str = NDJSON, **query: Any) -> Response:
    headers = {"Content-Type": kind}
    return await by.post("/users/import", content=body, headers=headers, params=query)


async def results(by: Person, body: str | bytes, kind: str = NDJSON, **query: Any) -> list[Any]:
    """The lines of the answer without the summary."""
    response = await send(by, body, kind, **query)
    assert response.status_code == 200, response.text
    *lines, last = [json.loads(line) for line in response.text.splitlines()]
    assert last["summary"]["complete"] is True
    assert last["summary"]["rows"] == len(lines)
    return lines


async def found(by: Person, id: int) -> Any:
    return (await by.get(f"/users/{id}")).json()


async def events_of(by: Person, id: int) -> Sequence[str]:
    items = (await by.get("/events", params={"subject": id})).json()
    return [each["type"] for each in items]


class TestImport:
    async def test_creates_users(self, admin: Person) -> None:
        [first, second] = await results(admin, ndjson(row("bob"), row("eve")))

        assert (first["line"], first["status"]) == (1, "created")
        assert (await found(admin, second["id"]))["username"] == "eve"

    async def test_takes_all_that_a_row_says(self, admin: Person) -> None:
        await admin.post("/roles", json={"name": "support", "permissions": ["users:read"]})
        said = row(
            "bob",
            email_verified=True,
            is_active=False,
            created_at="2019-01-01T00:00:00Z",
            last_login_at="2020-01-01T00:00:00Z",
            locale="de-AT",
            external_id="42",
        )
        notes = {"profile": {"motto": "ß"}, "roles": ["support"]}

        [result] = await results(admin, ndjson(said | notes))

        id = result["id"]
        assert said.items() <= (await found(admin, id)).items()
        assert (await admin.get(f"/users/{id}/profile")).json() == {"motto": "ß"}
        assert (await admin.get(f"/users/{id}/roles")).json()["roles"] == ["support"]

    async def test_records_who_imported_whom(self, admin: Person) -> None:
        [result] = await results(admin, ndjson(row("bob")))

        [event] = (await admin.get("/events", params={"subject": result["id"]})).json()
        assert (event["type"], event["actor_id"]) == ("user.created", admin.id)

    async def test_hashes_passwords(self, admin: Person) -> None:
        await results(admin, ndjson(row("bob", password=PASSWORD)))

        login = await admin.client.post("/login", json={"username": "bob", "password": PASSWORD})
        assert login.status_code == 200

    async def test_keeps_hashes(self, admin: Person) -> None:
        await results(admin, ndjson(row("bob", password_hash="hash of short")))

        login = await admin.client.post("/login", json={"username": "bob", "password": "short"})
        assert login.status_code == 200

    async def test_without_a_password_there_is_no_login(self, admin: Person) -> None:
        await results(admin, ndjson(row("bob")))

        login = await admin.client.post("/login", json={"username": "bob", "password": PASSWORD})
        assert login.status_code == 401

    async def test_needs_the_permission(self, admin: Person) -> None:
        lesser = await appoint(admin, "lesser", "users:write")

        assert (await send(lesser, ndjson(row("bob")))).status_code == 403

    async def test_gives_no_role_that_the_importer_may_not_give(self, admin: Person) -> None:
        importer = await appoint(admin, "importer", "transfer:import")

        refused, created = await results(importer, ndjson(row("bob", roles=["admin"]), row("eve")))

        assert (refused["status"], refused["code"]) == ("error", "forbidden")
        assert created["status"] == "created"

    @pytest.mark.parametrize("kind", ["application/json", "text/csv; charset=latin-1", ""])
    async def test_other_media_types_are_refused(self, admin: Person, kind: str) -> None:
        assert (await send(admin, ndjson(row("bob")), kind)).status_code == 415

    @pytest.mark.promise("E8")
    async def test_a_compressed_body_is_refused(self, admin: Person) -> None:
        headers = {"Content-Type": NDJSON, "Content-Encoding": "gzip"}

        response = await admin.post("/users/import", content=b"\x1f\x8b", headers=headers)

        assert response.status_code == 415

    async def test_a_dry_run_writes_nothing(self, admin: Person) -> None:
        rows = ndjson(row("bob"), row("eve"), row("Bob", email="bob2@example.com"))

        statuses = [each["status"] for each in await results(admin, rows, dry_run=True)]

        assert statuses == ["created", "created", "error"]
        assert len((await admin.get("/users")).json()) == 1

    async def test_many_batches_come_in_order(self, admin: Person) -> None:
        rows = [row(f"user{n}") for n in range(600)] + [row("user7"), row("last")]

        lines = await results(admin, ndjson(*rows))

        assert [each["line"] for each in lines] == list(range(1, 603))
        assert [each["line"] for each in lines if each["status"] == "error"] == [601]


class TestConflicts:
    @pytest.mark.parametrize(
        ("twin", "code"),
        [
            (row("ADA", email="other@example.com"), "username-taken"),
            (row("other", email="ADA@example.com"), "email-taken"),
        ],
    )
    async def test_are_errors(
        self, admin: Person, ada: Person, twin: dict[str, Any], code: str
    ) -> None:
        taken, created = await results(admin, ndjson(twin, row("bob")))

        assert (taken["status"], taken["code"]) == ("error", code)
        assert created["status"] == "created"

    async def test_within_a_file_are_errors(self, admin: Person) -> None:
        _, second = await results(admin, ndjson(row("bob"), row("BOB", email="b@example.com")))

        assert second["code"] == "username-taken"

    async def test_are_skipped_on_demand(self, admin: Person, ada: Person) -> None:
        [result] = await results(admin, ndjson(row("ada")), on_conflict="skip")

        assert (result["status"], result["id"]) == ("skipped", ada.id)

    async def test_an_interrupted_import_is_resumed(self, admin: Person) -> None:
        rows = ndjson(row("bob", external_id="1"), row("eve", external_id="2"))
        await results(admin, rows)

        again = await results(admin, rows + ndjson(row("mia")), on_conflict="skip")

        assert [each["status"] for each in again] == ["skipped", "skipped", "created"]

    async def test_users_are_brought_up_to_date(self, admin: Person) -> None:
        [before] = await results(admin, ndjson(row("bob", external_id="7", locale="de")))
        new = {
            "username": "robert",
            "email": "robert@example.com",
            "external_id": "7",
            "email_verified": True,
            "is_active": False,
            "metadata_public": {"plan": "gold"},
        }

        [result] = await results(admin, ndjson(new), on_conflict="update")

        id = before["id"]
        assert (result["status"], result["id"]) == ("updated", id)
        notes = {"metadata_public": new.pop("metadata_public")}
        shown = await found(admin, id)
        assert new.items() <= shown.items()
        assert shown["locale"] == "de"  # the row leaves it out
        assert (await admin.get(f"/users/{id}/metadata-public")).json() == notes["metadata_public"]

    async def test_a_mightier_user_stays_as_they_are(self, admin: Person) -> None:
        importer = await appoint(admin, "importer", "transfer:import")
        theirs = row("root", password_hash="hash of guess")

        [result] = await results(importer, ndjson(theirs), on_conflict="update")

        assert (result["status"], result["code"]) == ("error", "forbidden")
        assert await admin.status() == 200

    async def test_nobody_imports_themselves(self, admin: Person) -> None:
        theirs = row("root", password_hash="hash of guess")

        [result] = await results(admin, ndjson(theirs), on_conflict="update")

        assert result["code"] == "forbidden"

    @pytest.mark.parametrize(
        "change", [{"password_hash": "hash of another"}, {"email": "other@example.com"}]
    )
    async def test_a_new_password_or_address_ends_the_sessions(
        self, admin: Person, ada: Person, change: dict[str, str]
    ) -> None:
        await results(admin, ndjson(row("ada") | change), on_conflict="update")

        assert await ada.status() == 401

    async def test_what_changed_is_recorded(self, admin: Person, ada: Person) -> None:
        theirs = row("ada", password_hash="hash of another", external_id="7")

        await results(admin, ndjson(theirs), on_conflict="update")

        assert {"password.imported", "user.updated"} <= set(await events_of(admin, ada.id))


class TestKeepIds:
    async def test_ids_are_kept_and_followed(self, admin: Person) -> None:
        rows = ndjson(row("bob", id=5000), row("eve"), row("mia", id=4000))

        bob, eve, mia = await results(admin, rows, keep_ids=True)

        assert (bob["id"], mia["id"]) == (5000, 4000)
        assert eve["id"] not in (4000, 5000)
        [later] = await results(admin, ndjson(row("zoe")))
        assert later["id"] > 5000

    async def test_ids_that_others_have_are_refused(self, admin: Person, ada: Person) -> None:
        [result] = await results(admin, ndjson(row("bob", id=ada.id)), keep_ids=True)

        assert result["code"] == "id-taken"

    async def test_ids_are_an_error_otherwise(self, admin: Person) -> None:
        [result] = await results(admin, ndjson(row("bob", id=5000)))

        assert result["errors"][0]["pointer"] == "/id"


class TestBadRows:
    @pytest.mark.promise("E7")
    @pytest.mark.parametrize(
        "line",
        [
            b"{",
            b"[]",
            b'"text"',
            b"\xff\xfe",
            b'{"username": "x", "email": "\\ud800@example.com"}',
            b'{"username": "bob\\u0000", "email": "bob@example.com"}',
            b'{"username": "bob", "email": 7}',
            b'{"username": "bob", "email": "bob@example.com", "surname": "B"}',
            b'{"username": "bob", "username": "eve", "email": "bob@example.com"}',
            b'{"username": "bob", "email": "bob@example.com", "password_hash": "md5"}',
            b'{"username": "bob", "email": "bob@example.com", "roles": ["none"]}',
            b'{"username": "bob", "email": "bob@example.com", "roles": ["\\ud800"]}',
            b'{"username": "bob", "email": "bob@example.com", "roles": ["\\u0000"]}',
            b'{"username": "bob", "email": "bob@example.com", "external_id": "a\\u0000"}',
            b"[" * 50_000,
            b'{"username": "' + b"x" * 2_000_000 + b'"}',
            b"x" * 10_000_000,
        ],
        ids=range(17),
    )
    async def test_harm_no_other(self, admin: Person, line: bytes) -> None:
        around = [ndjson(row("first")).encode(), ndjson(row("last")).encode()]

        first, bad, last = await results(admin, around[0] + line + b"\n" + around[1])

        assert (first["status"], bad["status"], last["status"]) == ("created", "error", "created")
        assert (bad["line"], last["line"]) == (2, 3)
        assert bad["code"]

    @pytest.mark.promise("G1")
    async def test_passwords_are_told_to_nobody(self, admin: Person) -> None:
        secret = "x" * 300
        response = await send(admin, ndjson(row("bob", password=secret)))

        assert secret not in response.text
        assert json.loads(response.text.splitlines()[0])["errors"][0]["pointer"] == "/password"

    async def test_an_empty_body_has_no_rows(self, admin: Person) -> None:
        assert await results(admin, b"") == []


class TestCsv:
    async def test_rows_have_names(self, admin: Person) -> None:
        body = (
            "\ufeffusername,email,is_active,profile,external_id\r\n"
            'bob,bob@example.com,false,"{""motto"":\n""a""}",7\r\n'
            "eve,eve@example.com,,,\r\n"
        )

        bob, eve = await results(admin, body, CSV)

        assert (bob["line"], eve["line"]) == (2, 4)
        assert (await found(admin, bob["id"]))["is_active"] is False
        profile = (await admin.get(f"/users/{bob['id']}/profile")).json()
        assert profile == {"motto": "a"}

    @pytest.mark.parametrize(
        "line",
        [b"bob", b"bob,bob@example.com,x,y", b'b"o"b,bob@example.com,', b"\xff,a@example.com,",
         b"bob,bob@example.com,maybe"],
    )  # fmt: skip
    async def test_bad_rows_harm_no_other(self, admin: Person, line: bytes) -> None:
        body = b"username,email,is_active\n" + line + b"\neve,eve@example.com,true\n"

        bad, eve = await results(admin, body, "text/csv; charset=utf-8")

        assert (bad["status"], eve["status"]) == ("error", "created")

    @pytest.mark.promise("E4")
    async def test_a_quote_that_is_never_closed_costs_one_row(self, admin: Person) -> None:
        body = b'username,email\n"' + b"\n" * 100_000

        [bad] = await results(admin, body, CSV)

        assert (bad["line"], bad["status"]) == (2, "error")

    async def test_columns_have_one_name_each(self, admin: Person) -> None:
        body = "username,username,email\nbob,eve,bob@example.com\n"

        [bad] = await results(admin, body, CSV)

        assert "twice" in bad["detail"]

    async def test_roles_are_parted_by_semicolons(self, admin: Person) -> None:
        body = "username,email,roles\nbob,bob@example.com,admin;admin\n"

        [result] = await results(admin, body, CSV)

        roles = (await admin.get(f"/users/{result['id']}/roles")).json()["roles"]
        assert roles == ["admin"]
