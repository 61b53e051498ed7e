"""Dangerous actions want a recent proof; a login is one, and so is the password again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from httpx import AsyncClient

from tests.support import databases
from tests.support.fakes import FakeClock, FakeHasher
from tests.support.history import history
from tests.support.people import PASSWORD, Person
from tests.support.processes import served
from uservault.passwords.hasher import TooManyPasswords
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources, Verdict

FRESH = 60  # seconds, far less than an access token lasts
ROLE = {"name": "support", "permissions": ["users:read"]}
NEW = {"current_password": PASSWORD, "new_password": "battery staple"}
DANGEROUS: Mapping[str, tuple[str, str, Any]] = {
    "username": ("PATCH", "/me", {"username": "ada2"}),
    "address": ("PATCH", "/me", {"email": "ada2@example.com"}),
    "of oneself by id": ("PUT", "/users/2", {"username": "ada2"}),
    "password": ("PUT", "/me/password", NEW),
    "export": ("GET", "/me/export", None),
    "deletion": ("DELETE", "/me", None),
    "deletion by id": ("DELETE", "/users/2", None),
}
FOR_ADMINISTRATORS: Mapping[str, tuple[str, str, Any]] = {
    "address of another": ("PATCH", "/users/2", {"email": "other@example.com"}),
    "roles of another": ("PUT", "/users/2/roles", {"roles": ["admin"]}),
    "new role": ("POST", "/roles", ROLE),
    "new permission": ("POST", "/permissions", {"name": "orders:read"}),
    "deletion of another": ("DELETE", "/users/2", None),
    "invitation to a role": (
        "POST",
        "/invitations",
        {"email": "x@example.com", "roles": ["admin"]},
    ),
}
HARMLESS: Mapping[str, tuple[str, str, Any]] = {
    "language": ("PATCH", "/me", {"locale": "de"}),
    "the same name": ("PATCH", "/me", {"username": "ada"}),
    "reading": ("GET", "/me", None),
    "ending a session": ("DELETE", "/me/sessions", None),
}


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(
        database_url, log={"file": None}, sessions={"fresh": FRESH}, notices={"role_granted": False}
    )


async def ask(person: Person, what: tuple[str, str, Any]) -> tuple[int, str | None]:
    method, path, body = what
    options = {} if body is None else {"json": body}
    response = await person.ask(method, path, **options)
    problem = response.headers["Content-Type"] == "application/problem+json"
    return response.status_code, response.json()["code"] if problem else None


@pytest.mark.promise("I1")
class TestFreshProof:
    @pytest.mark.parametrize("what", DANGEROUS.values(), ids=DANGEROUS)
    async def test_is_wanted_for_what_is_dangerous(
        self, ada: Person, clock: FakeClock, what: tuple[str, str, Any]
    ) -> None:
        clock.advance(seconds=FRESH + 1)

        late = await ask(ada, what)
        proved = await ada.post("/me/reauthenticate", json={"password": PASSWORD})
        status, _ = await ask(ada, what)

        assert late == (403, "fresh-login-required")
        assert proved.status_code == status == 200

    @pytest.mark.parametrize("what", FOR_ADMINISTRATORS.values(), ids=FOR_ADMINISTRATORS)
    async def test_is_wanted_of_administrators_for_grants_and_resets(
        self, admin: Person, ada: Person, clock: FakeClock, what: tuple[str, str, Any]
    ) -> None:
        clock.advance(seconds=FRESH + 1)

        late = await ask(admin, what)
        await admin.post("/me/reauthenticate", json={"password": PASSWORD})
        status, _ = await ask(admin, what)

        assert late == (403, "fresh-login-required")
        assert status in (200, 201)

    @pytest.mark.parametrize("what", HARMLESS.values(), ids=HARMLESS)
    async def test_is_not_wanted_for_anything_else(
        self, ada: Person, clock: FakeClock, what: tuple[str, str, Any]
    ) -> None:
        clock.advance(seconds=FRESH + 1)

        status, _ = await ask(ada, what)

        assert status == 200

    async def test_lasts_as_long_as_is_set(self, ada: Person, clock: FakeClock) -> None:
        clock.advance(seconds=FRESH)
        assert (await ada.get("/me/export")).status_code == 200

        clock.advance(seconds=1)
        response = await ada.get("/me/export")

        assert response.status_code == 403
        assert response.json()["max_age"] == FRESH
        assert response.json()["reauthenticate"] == "/api/me/reauthenticate"

    async def test_is_not_renewed_by_a_refresh(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock
    ) -> None:
        clock.advance(seconds=FRESH + 1)

        tokens = (await anyone.post("/refresh", json={"refresh_token": ada.refresh_token})).json()
        ada.token = tokens["access_token"]

        assert (await ada.get("/me/export")).status_code == 403

    async def test_of_one_session_is_none_of_another(self, ada: Person, clock: FakeClock) -> None:
        other = await ada.again()
        clock.advance(seconds=FRESH + 1)

        await other.post("/me/reauthenticate", json={"password": PASSWORD})

        assert (await other.get("/me/export")).status_code == 200
        assert (await ada.get("/me/export")).status_code == 403

    async def test_missing_permissions_come_first(self, ada: Person, clock: FakeClock) -> None:
        clock.advance(seconds=FRESH + 1)

        assert await ask(ada, ("POST", "/roles", ROLE)) == (403, "forbidden")


@pytest.mark.promise("I1")
class TestReauthenticate:
    async def test_says_how_long_the_proof_lasts(self, ada: Person, clock: FakeClock) -> None:
        clock.advance(seconds=FRESH)

        response = await ada.post("/me/reauthenticate", json={"password": PASSWORD})

        assert response.json() == {
            "authenticated_at": "2026-01-01T00:01:00Z",
            "fresh_until": "2026-01-01T00:02:00Z",
        }

    async def test_refuses_a_wrong_password_and_records_it(
        self, ada: Person, clock: FakeClock, resources: Resources
    ) -> None:
        clock.advance(seconds=FRESH + 1)

        response = await ada.post("/me/reauthenticate", json={"password": "wrong"})

        assert (response.status_code, response.json()["code"]) == (403, "current-password-wrong")
        assert (await history(resources))[-1] == "session.reauthentication_refused"
        assert (await ada.get("/me/export")).status_code == 403

    @pytest.mark.promise("B3")
    async def test_counts_guesses_together_with_those_at_a_change(
        self, ada: Person, resources: Resources
    ) -> None:
        wrong = {"current_password": "wrong", "new_password": "battery staple"}
        for _ in range(5):
            await ada.put("/me/password", json=wrong)
            await ada.post("/me/reauthenticate", json={"password": "wrong"})

        response = await ada.post("/me/reauthenticate", json={"password": PASSWORD})

        assert response.status_code == 429
        assert (await history(resources))[-1] == "session.reauthentication_throttled"

    async def test_is_recorded(self, ada: Person, resources: Resources) -> None:
        await ada.post("/me/reauthenticate", json={"password": PASSWORD})

        last = (await history(resources, "type", "actor_kind", "actor_id", "subject_id"))[-1]
        assert last == ("session.reauthenticated", "user", ada.id, ada.id)

    async def test_wants_a_session(self, anyone: AsyncClient) -> None:
        response = await anyone.post("/me/reauthenticate", json={"password": PASSWORD})

        assert response.status_code == 401


class Overloaded(FakeHasher):
    async def verify(self, password: str, hash: str | None) -> Verdict:
        raise TooManyPasswords


@pytest.mark.promise("I8")
async def test_our_own_overload_is_no_guess(ada: Person, resources: Resources) -> None:
    header = {"Authorization": f"Bearer {ada.token}"}
    async with served(replace(resources, hasher=Overloaded(resources.database))) as busy:
        for _ in range(20):
            words = {"password": PASSWORD}
            refused = await busy.post("/me/reauthenticate", json=words, headers=header)
            assert refused.status_code == 503

    response = await ada.post("/me/reauthenticate", json={"password": PASSWORD})

    assert response.status_code == 200
