"""Links for a new password that an administrator hands over."""

import logging

import pytest
from httpx import AsyncClient, Response

from tests.recovery.post import post
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import Person
from uservault.wiring.ports import Resources

NEW = "battery staple"


async def make(by: Person, id: int) -> dict[str, str]:
    response = await by.post(f"/users/{id}/password-reset")
    made: dict[str, str] = response.json()
    assert response.status_code == 200
    return made


async def reset(client: AsyncClient, token: str) -> Response:
    body = {"token": token, "new_password": NEW}
    return await client.post("/account/reset-password", json=body)


class TestResetLink:
    @pytest.mark.promise("B8")
    async def test_sets_a_new_password_once(
        self, clerk: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        made = await make(clerk, ada.id)

        assert made["link"] == f"https://id.example.com/reset#token={made['token']}"
        assert await ada.status() == 200  # until it is used
        assert (await reset(anyone, made["token"])).status_code == 200
        assert (await reset(anyone, made["token"])).json()["code"] == "one-time-token-invalid"
        login = {"username": "ada", "password": NEW}
        assert (await anyone.post("/login", json=login)).status_code == 200

    async def test_lasts_for_half_an_hour(
        self, clerk: Person, ada: Person, anyone: AsyncClient, clock: FakeClock
    ) -> None:
        made = await make(clerk, ada.id)
        clock.advance(minutes=30)

        assert made["expires_at"].startswith(f"{clock():%Y-%m-%dT%H:%M:%S}")
        assert (await reset(anyone, made["token"])).json()["code"] == "one-time-token-invalid"

    @pytest.mark.promise("A10")
    async def test_is_void_once_its_maker_may_not_change_the_user(
        self, admin: Person, clerk: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        made = await make(clerk, ada.id)
        await admin.put(f"/users/{ada.id}/roles", json={"roles": ["admin"]})

        assert (await reset(anyone, made["token"])).json()["code"] == "one-time-token-invalid"
        assert await ada.status() == 200

    async def test_is_void_once_its_maker_is_no_helper(
        self, admin: Person, clerk: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        made = await make(clerk, ada.id)
        await admin.put(f"/users/{clerk.id}/roles", json={"roles": []})

        assert (await reset(anyone, made["token"])).json()["code"] == "one-time-token-invalid"

    async def test_proves_no_address(
        self, admin: Person, clerk: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        await reset(anyone, (await make(clerk, ada.id))["token"])

        assert (await admin.get(f"/users/{ada.id}")).json()["email_verified"] is False

    async def test_frees_the_user_of_a_change(
        self, clerk: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        await clerk.put(f"/users/{ada.id}/password", json={"password": "from the help desk"})

        await reset(anyone, (await make(clerk, ada.id))["token"])

        login = {"username": "ada", "password": NEW}
        assert (await anyone.post("/login", json=login)).status_code == 200

    @pytest.mark.promise("G1")
    async def test_is_told_and_on_record_and_in_no_log(
        self,
        clerk: Person,
        ada: Person,
        resources: Resources,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG)
        await post(resources)
        made = await make(clerk, ada.id)

        [told] = await post(resources)
        assert (told.to, told.subject) == ("ada@example.com", "A link for a new password was made")
        [*_, last] = await history(resources, "type", "subject_id", "actor_id")
        assert last == ("password.reset_link_made", ada.id, clerk.id)
        seen = [told.text, *(str(vars(each)) for each in caplog.records)]
        assert not [each for each in seen if made["token"] in each]

    @pytest.mark.promise("D1")
    async def test_is_made_for_nobody_who_may_more(
        self, admin: Person, clerk: Person, ada: Person
    ) -> None:
        assert (await clerk.post(f"/users/{admin.id}/password-reset")).status_code == 403
        assert (await clerk.post(f"/users/{clerk.id}/password-reset")).json()["code"] == "forbidden"
        assert (await ada.post(f"/users/{clerk.id}/password-reset")).status_code == 403
