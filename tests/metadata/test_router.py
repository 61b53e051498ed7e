import asyncio
import json
from typing import Any

import pytest
from httpx import AsyncClient

from tests.support.history import history
from tests.support.people import Person, appoint, register
from uservault.wiring.ports import Resources

PATHS = ["profile", "metadata-public", "metadata-admin"]
JSON = {"Content-Type": "application/json"}


def nested(levels: int) -> str:
    """A JSON object of so many levels."""
    return '{"a":' * (levels - 1) + "{}" + "}" * (levels - 1)


def of_size(amount: int) -> dict[str, str]:
    """An object of so many bytes; each ä has two."""
    filler = amount - len('{"a":""}')
    return {"a": "ä" * (filler // 2) + "x" * (filler % 2)}


class TestGet:
    @pytest.mark.parametrize("path", PATHS)
    async def test_is_empty_at_first(self, admin: Person, ada: Person, path: str) -> None:
        response = await admin.get(f"/users/{ada.id}/{path}")

        assert (response.status_code, response.json()) == (200, {})

    @pytest.mark.parametrize("path", PATHS)
    async def test_knows_no_user_that_does_not_exist(self, admin: Person, path: str) -> None:
        response = await admin.get(f"/users/99/{path}")

        assert response.status_code == 404
        assert response.json()["code"] == "user-not-found"

    @pytest.mark.promise("D4")
    async def test_shows_a_user_what_is_theirs_to_see(self, admin: Person, ada: Person) -> None:
        for path in PATHS:
            await admin.put(f"/users/{ada.id}/{path}", json={"is": path})

        mine = [await ada.get(f"/users/{ada.id}/{path}") for path in PATHS]

        assert [response.status_code for response in mine] == [200, 200, 403]
        assert (await ada.get("/me/profile")).json() == {"is": "profile"}
        assert (await ada.get("/me/metadata-public")).json() == {"is": "metadata-public"}
        assert (await ada.get("/me/metadata-admin")).status_code == 404
        assert "metadata-admin" not in (await ada.get("/me")).text

    async def test_shows_readers_everything(self, admin: Person, ada: Person) -> None:
        reader = await appoint(admin, "reader", "users:read")
        for path in PATHS:
            await admin.put(f"/users/{ada.id}/{path}", json={"is": path})

        read = [(await reader.get(f"/users/{ada.id}/{path}")).json() for path in PATHS]

        assert read == [{"is": path} for path in PATHS]

    @pytest.mark.promise("D1")
    @pytest.mark.parametrize("path", PATHS)
    async def test_is_not_for_others(
        self, admin: Person, ada: Person, anyone: AsyncClient, path: str
    ) -> None:
        assert (await ada.get(f"/users/{admin.id}/{path}")).status_code == 403
        assert (await anyone.get(f"/users/{admin.id}/{path}")).status_code == 401


class TestPut:
    @pytest.mark.parametrize("path", PATHS)
    async def test_replaces_the_whole(self, admin: Person, ada: Person, path: str) -> None:
        await admin.put(f"/users/{ada.id}/{path}", json={"a": 1, "b": None})

        response = await admin.put(f"/users/{ada.id}/{path}", json={"b": [None, "ß", 1.5]})

        assert response.json() == {"b": [None, "ß", 1.5]}
        assert (await admin.get(f"/users/{ada.id}/{path}")).json() == {"b": [None, "ß", 1.5]}

    async def test_is_for_oneself_where_it_is_the_profile(self, ada: Person) -> None:
        first = await ada.put("/me/profile", json={"a": 1})
        second = await ada.put(f"/users/{ada.id}/profile", json={"b": 1})

        assert [first.status_code, second.status_code] == [200, 200]
        assert (await ada.get("/me/profile")).json() == {"b": 1}

    @pytest.mark.promise("D3")
    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    @pytest.mark.parametrize("path", PATHS[1:])
    async def test_of_the_rest_is_for_writers(
        self, admin: Person, ada: Person, method: str, path: str
    ) -> None:
        reader = await appoint(admin, "reader", "users:read")

        own = await ada.ask(method, f"/users/{ada.id}/{path}", json={"plan": "gold"})
        read = await reader.ask(method, f"/users/{ada.id}/{path}", json={"plan": "gold"})

        assert (own.status_code, own.json()["missing"]) == (403, ["users:write"])
        assert read.status_code == 403
        assert (await admin.get(f"/users/{ada.id}/{path}")).json() == {}

    @pytest.mark.promise("D3")
    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    @pytest.mark.parametrize("path", PATHS)
    async def test_changes_nobody_who_is_mightier(
        self, admin: Person, method: str, path: str
    ) -> None:
        clerk = await appoint(admin, "clerk", "users:read", "users:write")

        response = await clerk.ask(method, f"/users/{admin.id}/{path}", json={"a": 1})

        assert response.status_code == 403
        assert "roles:write" in response.json()["missing"]
        assert (await admin.get(f"/users/{admin.id}/{path}")).json() == {}

    @pytest.mark.promise("D3")
    async def test_leaves_the_user_as_they_are(self, ada: Person) -> None:
        before = await ada.get("/me")

        await ada.put("/me/profile", json={"is_admin": True, "roles": ["admin"], "id": 1})

        after = await ada.get("/me")
        assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])
        assert (await ada.get("/users")).status_code == 403

    async def test_tells_true_from_one(self, ada: Person) -> None:
        await ada.put("/me/profile", json={"a": 1})

        await ada.put("/me/profile", json={"a": True})

        assert (await ada.get("/me/profile")).text == '{"a":true}'

    async def test_records_which_object_and_nothing_of_it(
        self, ada: Person, resources: Resources
    ) -> None:
        await ada.put("/me/profile", json={"secret": "of mine"})
        await ada.put("/me/profile", json={"secret": "of mine"})

        events = await history(resources, "type", "subject_id", "data")
        assert [event for event in events if event[0] == "metadata.updated"] == [
            ("metadata.updated", ada.id, {"changed": ["profile"]})
        ]

    async def test_takes_16_kib_and_not_a_byte_more(self, ada: Person) -> None:
        most = await ada.put("/me/profile", json=of_size(16384))
        more = await ada.put("/me/profile", json=of_size(16385))

        assert most.status_code == 200
        assert (more.status_code, more.json()["code"]) == (422, "metadata-too-large")
        assert (await ada.get("/me/profile")).json() == of_size(16384)

    @pytest.mark.promise("E7")
    @pytest.mark.parametrize(
        "body",
        [
            "[]",
            "null",
            '"text"',
            "1",
            "{",
            '{"a": 1, "a": 2}',
            '{"a": NaN}',
            '{"a": 1e400}',
            '{"a": -1e400}',
            f'{{"a": {"9" * 5000}}}',
            r'{"a": ["\ud800"]}',
            r'{"\udfff": 1}',
            nested(21),
            nested(2000),
            '{"a":' + "[" * 30_000 + "]" * 30_000 + "}",
        ],
        ids=lambda body: body[:24],
    )
    @pytest.mark.parametrize("method", ["PUT", "PATCH"])
    async def test_refuses_what_is_no_object_or_cannot_be_kept(
        self, ada: Person, method: str, body: str
    ) -> None:
        response = await ada.ask(method, "/me/profile", content=body, headers=JSON)

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "/body"
        assert (await ada.get("/me/profile")).json() == {}

    async def test_keeps_all_that_json_has(self, ada: Person) -> None:
        deep: Any = json.loads(nested(20))
        odd = {"": "", "a/b~": [True, False, None, -(2**63), 2**70, 1e-7, "🦉\u2028"], "\0": "a\0b"}

        for document in ({}, deep, odd):
            await ada.put("/me/profile", json=document)

            assert (await ada.get("/me/profile")).json() == document


class TestPatch:
    async def test_merges_and_removes(self, ada: Person) -> None:
        await ada.put("/me/profile", json={"name": "Ada", "links": {"a": 1, "b": 2}, "tags": [1]})

        patch = {"name": None, "links": {"a": None, "c": {"d": None, "e": 3}}, "tags": [2, None]}
        response = await ada.ask("PATCH", "/me/profile", json=patch)

        assert response.json() == {"links": {"b": 2, "c": {"e": 3}}, "tags": [2, None]}
        assert (await ada.get("/me/profile")).json() == response.json()

    async def test_takes_the_media_type_of_merge_patches(self, ada: Person) -> None:
        headers = {"Content-Type": "application/merge-patch+json"}

        response = await ada.ask("PATCH", "/me/profile", content=b'{"a": 1}', headers=headers)

        assert response.json() == {"a": 1}

    @pytest.mark.parametrize("path", PATHS)
    async def test_is_for_writers(self, admin: Person, ada: Person, path: str) -> None:
        clerk = await appoint(admin, "clerk", "users:write")

        response = await clerk.ask("PATCH", f"/users/{ada.id}/{path}", json={"a": {"b": 1}})

        assert response.json() == {"a": {"b": 1}}
        assert (await clerk.ask("PATCH", f"/users/99/{path}", json={})).status_code == 404

    async def test_measures_what_comes_of_it(self, ada: Person) -> None:
        await ada.put("/me/profile", json=of_size(16000))

        more = await ada.ask("PATCH", "/me/profile", json={"b": "x" * 400})
        swapped = await ada.ask("PATCH", "/me/profile", json={"a": None, "b": "x" * 400})

        assert (more.status_code, more.json()["code"]) == (422, "metadata-too-large")
        assert swapped.json() == {"b": "x" * 400}

    @pytest.mark.promise("F7")
    async def test_loses_none_of_many_at_once(self, ada: Person) -> None:
        patches = [
            ada.ask("PATCH", "/me/profile", json={"n": {str(n): n}, f"m{n}": n}) for n in range(20)
        ]

        answers = await asyncio.gather(*patches)

        assert {answer.status_code for answer in answers} == {200}
        kept = (await ada.get("/me/profile")).json()
        assert kept == {"n": {str(n): n for n in range(20)}} | {f"m{n}": n for n in range(20)}

    async def test_goes_with_the_user(self, admin: Person, ada: Person) -> None:
        await ada.put("/me/profile", json={"a": 1})

        await ada.delete("/me")

        assert (await admin.get(f"/users/{ada.id}/profile")).status_code == 404
        assert (await (await register(admin.client, "eve")).get("/me/profile")).json() == {}
