"""A request that is repeated with its Idempotency-Key."""

import pytest
from httpx import AsyncClient, Response

from tests.idempotency.keys import REPLAYED, keyed, stored
from tests.mail.queue import mails
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import PASSWORD, Person, registration
from uservault.wiring.ports import Resources

ROLE = {"name": "clerk", "permissions": ["users:read"]}


def same(first: Response, second: Response) -> bool:
    names = ("Content-Type", "ETag", "Location")
    told = [[each.headers.get(name) for name in names] for each in (first, second)]
    return told[0] == told[1] and first.content == second.content


class TestReplaying:
    @pytest.mark.promise("H8")
    async def test_answers_the_same_and_does_nothing(
        self, admin: Person, resources: Resources
    ) -> None:
        first = await admin.post("/roles", json=ROLE, headers=keyed())
        before = await history(resources, "type")

        second = await admin.post("/roles", json=ROLE, headers=keyed())

        assert (first.status_code, second.status_code) == (201, 201)
        assert same(first, second)
        assert second.headers["ETag"] == '"1"'
        assert second.headers["Location"] == f"/api/roles/{first.json()['id']}"
        assert (first.headers.get(REPLAYED), second.headers[REPLAYED]) == (None, "true")
        assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
        assert await history(resources, "type") == before

    @pytest.mark.promise("H8")
    async def test_registers_a_stranger_once(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        given = registration("eve")
        first = await anyone.post("/users", json=given, headers=keyed())

        second = await anyone.post("/users", json=given, headers=keyed())
        without = await anyone.post("/users", json=given)

        assert (first.status_code, second.status_code, without.status_code) == (201, 201, 409)
        assert same(first, second)

    async def test_sends_an_e_mail_once(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        given = {"email": "more@example.com"}
        first = await ada.post("/me/emails", json=given, headers=keyed())
        before = await mails(resources, "recipient")

        second = await ada.post("/me/emails", json=given, headers=keyed())

        assert (first.status_code, second.status_code) == (202, 202)
        assert same(first, second)
        assert await mails(resources, "recipient") == before

    async def test_knows_a_key_with_quotes_and_without(self, admin: Person) -> None:
        await admin.post("/roles", json=ROLE, headers=keyed('"a-key"'))

        second = await admin.post("/roles", json=ROLE, headers=keyed("a-key"))

        assert (second.status_code, second.headers[REPLAYED]) == (201, "true")

    @pytest.mark.parametrize(
        "key", ["", '""', "two words", '"half', 'in"side', "back\\slash", "é", "x" * 256]
    )
    async def test_refuses_what_is_no_key(self, admin: Person, key: str) -> None:
        response = await admin.post("/roles", json=ROLE, headers={b"Idempotency-Key": key.encode()})

        assert (response.status_code, response.json()["code"]) == (422, "invalid")
        assert response.json()["errors"][0]["pointer"] == "/header/Idempotency-Key"

    async def test_refuses_two_keys(self, admin: Person) -> None:
        request = admin.client.build_request(
            "POST",
            "/roles",
            json=ROLE,
            headers=[
                ("Authorization", f"Bearer {admin.token}"),
                ("Idempotency-Key", "a"),
                ("Idempotency-Key", "b"),
            ],
        )

        response = await admin.client.send(request)

        assert (response.status_code, response.json()["code"]) == (422, "invalid")

    async def test_ends_after_a_day(self, admin: Person, clock: FakeClock) -> None:
        await admin.post("/roles", json=ROLE, headers=keyed())
        clock.advance(hours=23, minutes=59)
        admin = await admin.again()
        late = await admin.post("/roles", json=ROLE, headers=keyed())
        clock.advance(minutes=1)

        over = await admin.post("/roles", json=ROLE, headers=keyed())
        other = await admin.post("/roles", json=ROLE | {"name": "other"}, headers=keyed())
        again = await admin.post("/roles", json=ROLE | {"name": "other"}, headers=keyed())

        assert (late.status_code, over.status_code) == (201, 409)
        assert over.json()["code"] == "role-name-taken"
        assert (other.status_code, other.headers.get(REPLAYED)) == (201, None)
        assert (again.status_code, again.headers.get(REPLAYED)) == (201, "true")


class TestAnotherRequest:
    @pytest.mark.promise("H8")
    async def test_is_refused_the_key(self, admin: Person) -> None:
        await admin.post("/roles", json=ROLE, headers=keyed())

        body = await admin.post("/roles", json=ROLE | {"name": "other"}, headers=keyed())
        path = await admin.post(
            "/permissions", json={"name": "orders:read", "description": "x"}, headers=keyed()
        )

        for response in (body, path):
            assert (response.status_code, response.json()["code"]) == (
                422,
                "idempotency-key-reused",
            )
        assert "other" not in {each["name"] for each in (await admin.get("/roles")).json()}

    async def test_differs_by_its_precondition(self, admin: Person, ada: Person) -> None:
        path = f"/users/{ada.id}/activate"
        await admin.post(path, headers=keyed() | {"If-Match": "*"})

        response = await admin.post(path, headers=keyed() | {"If-Match": '"1"'})

        assert response.json()["code"] == "idempotency-key-reused"


class TestARefusal:
    async def test_leaves_the_key_free(self, admin: Person, resources: Resources) -> None:
        refused = await admin.post(
            "/roles", json=ROLE | {"permissions": ["none:such"]}, headers=keyed()
        )
        kept = await stored(resources)

        accepted = await admin.post("/roles", json=ROLE, headers=keyed())

        assert (refused.status_code, kept, accepted.status_code) == (422, [], 201)

    async def test_is_not_stored_where_a_try_counts(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        given = {"token": "x" * 43, "new_password": PASSWORD}

        refused = await anyone.post("/account/reset-password", json=given, headers=keyed())

        assert refused.status_code == 403
        assert await stored(resources) == []
