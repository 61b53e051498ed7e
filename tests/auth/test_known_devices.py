"""Devices on which a user logged in before: strangers do not lock their owner out there (I8)."""

from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.support.fakes import FakeClock, FakeHasher
from tests.support.history import history
from tests.support.people import PASSWORD, Person
from uservault.wiring.ports import Resources

pytestmark = pytest.mark.promise("I8")
EMAIL = "ada@example.com"


async def log_in(
    client: AsyncClient, device_token: str | None = None, name: str = "ada", **others: str
) -> Response:
    body: dict[str, Any] = {"username": name, "password": PASSWORD, "device_token": device_token}
    return await client.post("/login", json=body | others)


async def device_of(client: AsyncClient, name: str = "ada") -> str:
    return str((await log_in(client, name=name)).json()["device_token"])


async def fail(client: AsyncClient, times: int, name: str = "ada", **others: str) -> list[int]:
    answers = [await log_in(client, name=name, password="wrong", **others) for _ in range(times)]
    return [answer.status_code for answer in answers]


class TestKnownDevice:
    async def test_is_not_locked_out_by_strangers(self, ada: Person, counting: AsyncClient) -> None:
        device = await device_of(counting)
        await fail(counting, 11)

        known, unknown = await log_in(counting, device), await log_in(counting)

        assert (known.status_code, unknown.status_code) == (200, 429)

    async def test_has_a_limit_of_its_own(self, ada: Person, counting: AsyncClient) -> None:
        one, other = await device_of(counting), await device_of(counting)

        guesses = await fail(counting, 11, device_token=one)

        assert guesses == [401] * 10 + [429]
        assert (await log_in(counting, one)).status_code == 429
        assert (await log_in(counting, other)).status_code == 200
        assert (await log_in(counting)).status_code == 200

    async def test_still_counts_for_its_network(self, ada: Person, anyone: AsyncClient) -> None:
        devices = [await device_of(anyone) for _ in range(11)]

        guesses = [await fail(anyone, 10, device_token=device) for device in devices]

        assert guesses == [[401] * 10] * 10 + [[429] * 10]

    async def test_keeps_its_counter_from_login_to_login(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        first = await device_of(anyone)
        second = (await log_in(anyone, first)).json()["device_token"]
        await fail(anyone, 10, device_token=first)

        assert (await log_in(anyone, second)).status_code == 429

    async def test_is_known_under_every_name_of_the_user(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        device = await device_of(anyone)
        await fail(anyone, 10, EMAIL)

        assert (await log_in(anyone, device, EMAIL)).status_code == 200

    async def test_is_known_to_the_form_too(self, ada: Person, anyone: AsyncClient) -> None:
        form = {"grant_type": "password", "username": "ada", "password": PASSWORD}
        device = (await anyone.post("/token", data=form)).json()["device_token"]
        await fail(anyone, 10)

        response = await anyone.post("/token", data=form | {"device_token": device})

        assert response.status_code == 200
        assert response.json()["device_token"] != device

    async def test_needs_the_password_all_the_same(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        device = await device_of(anyone)
        assert isinstance(resources.hasher, FakeHasher)
        before = resources.hasher.verified

        refused = await fail(anyone, 1, device_token=device)

        assert refused == [401]
        assert resources.hasher.verified == before + 1

    async def test_is_nobody_s_but_the_user_s(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        device = await device_of(anyone, "root")

        assert await fail(anyone, 11, device_token=device) == [401] * 10 + [429]

    @pytest.mark.promise("B1", "B2")
    @pytest.mark.parametrize("name", ["root", "nobody"])
    async def test_tells_of_no_name_whether_it_is_known(
        self, ada: Person, anyone: AsyncClient, resources: Resources, name: str
    ) -> None:
        device = await device_of(anyone)
        assert isinstance(resources.hasher, FakeHasher)
        before = resources.hasher.verified

        assert await fail(anyone, 11, name, device_token=device) == [401] * 10 + [429]
        assert resources.hasher.verified == before + 10

    @pytest.mark.promise("E7")
    @pytest.mark.parametrize("token", ["", "x", "uvd_", "uvd_x", "uvd_é", "uvd_" + "A" * 200])
    async def test_is_unknown_by_a_token_that_is_not_ours(
        self, ada: Person, anyone: AsyncClient, token: str
    ) -> None:
        await fail(anyone, 10)

        assert (await log_in(anyone, token)).status_code == 429

    async def test_is_unknown_by_a_token_that_was_changed(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        device = await device_of(anyone)
        await fail(anyone, 10)

        forged = device[:60] + ("A" if device[60] != "A" else "B") + device[61:]

        assert (await log_in(anyone, forged)).status_code == 429

    async def test_is_known_for_ninety_days(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock
    ) -> None:
        device = await device_of(anyone)

        clock.advance(days=89)
        await fail(anyone, 10)
        young = await log_in(anyone, device)
        clock.advance(days=1)
        await fail(anyone, 10)
        old = await log_in(anyone, device)

        assert (young.status_code, old.status_code) == (200, 429)


@pytest.mark.promise("I4")
class TestEviction:
    @pytest.mark.parametrize(
        ("method", "path", "body"),
        [
            ("PUT", "/me/password", {"current_password": PASSWORD, "new_password": PASSWORD}),
            ("DELETE", "/me/sessions", None),
        ],
    )
    async def test_by_the_user_voids_the_device(
        self, ada: Person, anyone: AsyncClient, method: str, path: str, body: dict[str, str] | None
    ) -> None:
        device = await device_of(anyone)
        assert (await ada.ask(method, path, json=body)).status_code == 200

        await fail(anyone, 10)

        assert (await log_in(anyone, device)).status_code == 429

    @pytest.mark.parametrize("body", [{"user_ids": [2]}, {"everybody": True}])
    async def test_by_an_administrator_voids_the_device(
        self,
        admin: Person,
        ada: Person,
        anyone: AsyncClient,
        clock: FakeClock,
        body: dict[str, object],
    ) -> None:
        device = await device_of(anyone)
        clock.advance(minutes=1)
        assert (await admin.post("/sessions/revoke", json=body)).status_code == 200

        await fail(anyone, 10)

        assert (await log_in(anyone, device)).status_code == 429

    async def test_is_over_for_devices_that_come_later(
        self, admin: Person, ada: Person, anyone: AsyncClient, clock: FakeClock
    ) -> None:
        await admin.post("/sessions/revoke", json={"everybody": True})
        clock.advance(minutes=1)
        device = await device_of(anyone)

        await fail(anyone, 10)

        assert (await log_in(anyone, device)).status_code == 200

    async def test_is_not_undone_by_an_activation(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        device = await device_of(anyone)
        await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "Payment is due."})
        await admin.post(f"/users/{ada.id}/activate")

        await fail(anyone, 10)

        assert (await log_in(anyone, device)).status_code == 429


class TestNamesOfOneUser:
    async def test_count_together(self, ada: Person, counting: AsyncClient) -> None:
        await fail(counting, 5)
        await fail(counting, 5, EMAIL)

        by_name, by_email = await log_in(counting), await log_in(counting, name=EMAIL)

        assert (by_name.status_code, by_email.status_code) == (401, 401)

    @pytest.mark.promise("B1", "B3")
    @pytest.mark.parametrize("names", [("ada", EMAIL), ("nobody", "nobody@example.com")])
    async def test_are_answered_like_those_of_nobody(
        self, ada: Person, anyone: AsyncClient, resources: Resources, names: tuple[str, str]
    ) -> None:
        assert isinstance(resources.hasher, FakeHasher)
        before = resources.hasher.verified

        answers = [await fail(anyone, 11, name) for name in names]

        assert answers == [[401] * 10 + [429]] * 2
        assert resources.hasher.verified == before + 20

    @pytest.mark.promise("G3")
    async def test_are_on_record_as_throttled(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await fail(anyone, 10)
        await log_in(anyone, name=EMAIL)

        last = (await history(resources, "type", "subject_id", "data"))[-1]
        assert last == ("login.failed", ada.id, {"reason": "throttled"})

    async def test_are_forgiven_together(self, ada: Person, anyone: AsyncClient) -> None:
        for _ in range(3):
            await fail(anyone, 5)
            await fail(anyone, 4, EMAIL)
            assert (await log_in(anyone)).status_code == 200
            assert (await log_in(anyone, name=EMAIL)).status_code == 200
