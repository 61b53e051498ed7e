import asyncio
from dataclasses import replace
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import select, update

from tests.support.fakes import FakeClock, FakeHasher
from tests.support.history import history
from tests.support.people import PASSWORD, Person, registration
from tests.support.processes import served
from uservault.db.unit_of_work import unit_of_work
from uservault.passwords.hasher import TooManyPasswords
from uservault.passwords.models import Password
from uservault.wiring.ports import Resources, Verdict


async def try_login(client: AsyncClient, username: str, password: str = "wrong") -> tuple[int, str]:
    response = await client.post("/login", json={"username": username, "password": password})
    body = response.json()
    return response.status_code, body.get("code", "")


class TestLogin:
    @pytest.mark.promise("C10")
    @pytest.mark.parametrize("name", ["ada", "ADA", "ada@example.com", "Ada@Example.COM"])
    async def test_answers_with_a_token_that_opens(
        self, ada: Person, anyone: AsyncClient, name: str
    ) -> None:
        response = await anyone.post("/login", json={"username": name, "password": PASSWORD})

        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert response.json()["token_type"] == "bearer"
        assert response.json()["expires_in"] == 900
        ada.token = response.json()["access_token"]
        assert (await ada.get(f"/users/{ada.id}")).status_code == 200

    @pytest.mark.promise("B1", "B2")
    @pytest.mark.parametrize("name", ["ada", "nobody", "nobody@example.com", ""])
    async def test_refuses_a_stranger_as_it_refuses_a_friend(
        self, ada: Person, anyone: AsyncClient, resources: Resources, name: str
    ) -> None:
        assert isinstance(resources.hasher, FakeHasher)
        before = resources.hasher.verified

        refused = await try_login(anyone, name)

        assert refused == (401, "login-refused")
        assert resources.hasher.verified == before + 1

    @pytest.mark.promise("B1")
    async def test_tells_who_is_deactivated_only_if_the_password_is_right(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        why = {"reason": "Payment is due.", "until": "2026-02-01T00:00:00Z"}
        await admin.post(f"/users/{ada.id}/deactivate", json=why)

        wrong = await anyone.post("/login", json={"username": "ada", "password": "wrong"})
        nobody = await anyone.post("/login", json={"username": "nobody", "password": "wrong"})
        right = await anyone.post("/login", json={"username": "ada", "password": PASSWORD})

        assert wrong.status_code == nobody.status_code == 401
        assert wrong.json() | {"request_id": ""} == nobody.json() | {"request_id": ""}
        assert right.status_code == 403
        assert right.json()["code"] == "account-deactivated"
        assert right.json()["detail"] == "Payment is due."
        assert right.json()["until"] == "2026-02-01T00:00:00+00:00"

    @pytest.mark.promise("A4")
    async def test_takes_a_password_exactly_as_typed(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        for almost in (f" {PASSWORD}", f"{PASSWORD} ", PASSWORD.upper()):
            assert (await try_login(anyone, "ada", almost))[0] == 401

    @pytest.mark.parametrize("name", ["ada ", " Ada", "ADA@example.com "])
    async def test_takes_a_name_as_a_keyboard_writes_it(
        self, ada: Person, anyone: AsyncClient, name: str
    ) -> None:
        assert (await try_login(anyone, name, PASSWORD))[0] == 200

    @pytest.mark.promise("E5")
    async def test_never_takes_a_username_for_an_address(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        impostor = registration("eve") | {"username": "ada@example.com"}

        assert (await anyone.post("/users", json=impostor)).status_code == 422

    @pytest.mark.promise("G3")
    async def test_keeps_a_record(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await try_login(anyone, "ada")
        await try_login(anyone, "nobody")
        await try_login(anyone, "ada", PASSWORD)

        last = (await history(resources, "type", "subject_id"))[-3:]
        assert last == [
            ("login.failed", ada.id),
            ("login.failed", None),
            ("login.succeeded", ada.id),
        ]

    @pytest.mark.promise("A1")
    async def test_replaces_a_hash_that_is_not_the_best(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        mine = Password.user_id == ada.id
        async with unit_of_work(resources.database) as session:
            old = update(Password).where(mine).values(hash=f"old hash of {PASSWORD}")
            await session.execute(old)

        assert (await try_login(anyone, "ada", PASSWORD))[0] == 200

        rows = await resources.database.rows(select(Password.hash).where(mine))
        assert [row[0] for row in rows] == [f"hash of {PASSWORD}"]


class TestThrottle:
    @pytest.mark.promise("B3")
    @pytest.mark.parametrize("name", ["ada", "nobody"])
    async def test_refuses_many_guesses_at_one_name(
        self, ada: Person, anyone: AsyncClient, name: str
    ) -> None:
        for _ in range(10):
            assert (await try_login(anyone, name))[0] == 401

        response = await anyone.post("/login", json={"username": name, "password": PASSWORD})

        assert response.status_code == 429
        assert 0 < int(response.headers["Retry-After"]) <= 60

    @pytest.mark.promise("B3")
    async def test_counts_all_spellings_as_one_name(self, ada: Person, anyone: AsyncClient) -> None:
        for n in range(10):
            await try_login(anyone, "aDa" if n % 2 else "ada")

        assert (await try_login(anyone, "ADA"))[0] == 429

    @pytest.mark.promise("B4")
    async def test_is_a_delay_and_no_lock(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock
    ) -> None:
        for _ in range(12):
            await try_login(anyone, "ada")

        assert (await ada.get(f"/users/{ada.id}")).status_code == 200
        assert (await try_login(anyone, "root", PASSWORD))[0] == 200
        clock.advance(minutes=1)
        assert (await try_login(anyone, "ada", PASSWORD))[0] == 200

    async def test_forgives_who_gets_it_right(self, ada: Person, anyone: AsyncClient) -> None:
        for _ in range(3):
            for _ in range(9):
                assert (await try_login(anyone, "ada"))[0] == 401
            assert (await try_login(anyone, "ada", PASSWORD))[0] == 200

    @pytest.mark.promise("B3")
    async def test_refuses_one_address_that_guesses_at_many_names(
        self, anyone: AsyncClient, clock: FakeClock
    ) -> None:
        statuses = [(await try_login(anyone, f"name{n}"))[0] for n in range(101)]

        assert statuses == [401] * 100 + [429]

    @pytest.mark.promise("B1", "F3")
    @pytest.mark.parametrize("name", ["ada", "nobody"])
    async def test_tells_how_many_tries_are_left(
        self, ada: Person, anyone: AsyncClient, name: str
    ) -> None:
        wrong = {"username": name, "password": "wrong"}
        answers = [(await anyone.post("/login", json=wrong)).headers for _ in range(11)]

        assert [each["RateLimit"] for each in answers] == [
            *(f'"login";r={left}' for left in range(9, -1, -1)),
            '"login";r=0;t=60',
        ]
        assert {each["RateLimit-Policy"] for each in answers} == {'"login";q=10;w=60'}
        assert answers[-1]["Retry-After"] == "60"

    @pytest.mark.promise("B6")
    async def test_costs_no_hash(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        for _ in range(10):
            await try_login(anyone, "ada")
        assert isinstance(resources.hasher, FakeHasher)
        before = resources.hasher.verified

        await try_login(anyone, "ada")

        assert resources.hasher.verified == before


class TestToken:
    async def test_takes_a_form(self, ada: Person, anyone: AsyncClient) -> None:
        form = {"grant_type": "password", "username": "ada", "password": PASSWORD, "scope": ""}

        response = await anyone.post("/token", data=form)

        assert response.status_code == 200
        ada.token = response.json()["access_token"]
        assert (await ada.get(f"/users/{ada.id}")).status_code == 200

    async def test_knows_one_grant(self, ada: Person, anyone: AsyncClient) -> None:
        form = {"grant_type": "implicit", "username": "ada", "password": PASSWORD}

        response = await anyone.post("/token", data=form)

        assert response.status_code == 400
        assert response.json()["errors"][0]["pointer"] == "/body/grant_type"


@pytest.mark.promise("E7")
@pytest.mark.parametrize("as_form", [False, True])
async def test_a_name_that_cannot_be_looked_for_disturbs_nobody(
    ada: Person, anyone: AsyncClient, as_form: bool
) -> None:
    path, kind = ("/token", "data") if as_form else ("/login", "json")
    odd: dict[str, Any] = {kind: {"username": "a\0", "password": "x"}}
    right: dict[str, Any] = {kind: {"username": "ada", "password": PASSWORD}}

    answers = await asyncio.gather(
        *(anyone.post(path, **each) for each in [odd, right, odd, right, right])
    )

    refused = 400 if as_form else 422
    assert [answer.status_code for answer in answers] == [refused, 200, refused, 200, 200]


CREDENTIALS = {"username": "ada", "password": PASSWORD}


class Overloaded(FakeHasher):
    """Refuses everything, as a full queue of passwords does."""

    async def verify(self, password: str, hash: str | None) -> Verdict:
        raise TooManyPasswords


@pytest.mark.promise("I8")
async def test_our_own_overload_is_no_failed_try(ada: Person, resources: Resources) -> None:
    overloaded = replace(resources, hasher=Overloaded(resources.database))
    async with served(overloaded) as busy:
        refused = [(await busy.post("/login", json=CREDENTIALS)).status_code for _ in range(20)]

    response = await ada.client.post("/login", json=CREDENTIALS)

    assert set(refused) == {503}
    assert response.status_code == 200
