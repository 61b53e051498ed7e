"""Sections B and D: being somebody else, or mightier than one is."""

from typing import Any

import pytest

from tests.support.people import Person, registration

SPELLINGS = [
    "1/", "/1", "%2e/1", "1%2f", "1;x", "1;id=2", "1.json", "1.", "01", "+1", "%2b1",
    "%201", "1%20", "1%00", "%001", "1%0a", "1_0", "1e0", "0x1", "1,2", "-1", "0", "*", "me/1",
    "%D9%A1", "%EF%BC%91", "2147483648x", "9223372036854775808", "9" * 4301, "%ff", "%ed%a0%80",
    "1%3Fx", "1%23", "..", "%2e%2e", "%252e", "null", "undefined", "NaN", "true", "1%09",
]  # fmt: skip


PRIVILEGES: list[dict[str, Any]] = [
    {name: value}
    for name, value in {
        "id": 1, "is_admin": True, "admin": True, "role": "admin", "roles": ["admin"],
        "permissions": ["users:read"], "is_active": False, "is_superuser": True, "verified": True,
        "email_verified": True, "hash": "x", "password_hash": "x", "hashed_password": "x",
        "created_at": "2000-01-01T00:00:00Z", "updated_at": None, "version": 9, "user_id": 1,
        "username_key": "root", "email_key": "root@example.com", "token": "x", "Username": "root",
        "constructor": {}, "__class__": "Admin", "user": {"is_admin": True},
    }.items()
]  # fmt: skip


IDENTITY = {
    "X-User": "root", "X-User-Id": "1", "X-Remote-User": "root", "Remote-User": "root",
    "X-Forwarded-User": "root", "X-Auth-Request-User": "root", "X-Original-URL": "/api/users/2",
    "X-Rewrite-URL": "/api/users/2", "X-HTTP-Method-Override": "GET", "X-HTTP-Method": "GET",
    "X-Method-Override": "GET", "X-Forwarded-For": "127.0.0.1", "X-Middleware-Subrequest": "1",
    "Cookie": "user_id=1; session=admin",
}  # fmt: skip


class TestPrivileges:
    @pytest.mark.promise("D2", "E6")
    async def test_each_user_has_one_address(self, admin: Person, ada: Person) -> None:
        for spelling in SPELLINGS:
            for method in ("GET", "PUT", "DELETE"):
                body = {"json": {"username": "owned"}} if method == "PUT" else {}
                for who in (admin, ada):
                    status = (await who.ask(method, f"/users/{spelling}", **body)).status_code
                    assert status in (400, 403, 404, 405), (method, spelling)

        users = (await admin.get("/users")).json()
        assert [user["username"] for user in users] == ["root", "ada"]

    @pytest.mark.promise("D2")
    async def test_no_header_says_who_one_is(self, admin: Person, ada: Person) -> None:
        for name, value in IDENTITY.items():
            header = {name: value}
            body = {"username": "owned"}
            assert (await ada.get("/users", headers=header)).status_code == 403
            assert (await ada.get(f"/users/{admin.id}", headers=header)).status_code == 403
            changed = await ada.put(f"/users/{admin.id}", headers=header, json=body)
            assert changed.status_code == 403
            assert (await ada.delete(f"/users/{admin.id}", headers=header)).status_code == 403
            stranger = await ada.client.get(f"/users/{ada.id}", headers=header)
            assert stranger.status_code == 401

    @pytest.mark.promise("D1", "D3")
    async def test_no_field_makes_one_more_than_one_is(self, admin: Person, ada: Person) -> None:
        before = (await ada.get(f"/users/{ada.id}")).json()
        for extra in PRIVILEGES:
            made = await ada.client.post("/users", json=registration("eve") | extra)
            changed = [
                await ada.ask(method, f"/users/{ada.id}", json=extra | {"username": "ada"})
                for method in ("PUT", "PATCH")
            ]

            assert [answer.status_code for answer in (made, *changed)] == [422] * 3

        assert (await ada.get(f"/users/{ada.id}")).json() == before
        assert (await ada.get("/users")).status_code == 403
        assert len((await admin.get("/users")).json()) == 2

    @pytest.mark.promise("D1", "D8")
    async def test_an_ordinary_user_may_do_nothing_to_another(
        self, admin: Person, ada: Person
    ) -> None:
        for body in (b"", b"{", b"null", b'{"username": "x"}', b"\xff" * 100):
            for method in ("PUT", "PATCH", "DELETE", "GET"):
                answer = await ada.ask(method, f"/users/{admin.id}", content=body)
                assert answer.status_code == 403

        assert (await admin.get(f"/users/{admin.id}")).json()["username"] == "root"
