"""A password that an administrator sets, and the user's next login."""

import pytest
from httpx import AsyncClient, Response

from tests.recovery.post import post
from tests.support.fakes import FakeClock
from tests.support.history import history
from tests.support.people import PASSWORD, Person, appoint
from uservault.wiring.ports import Resources

SET = "from the help desk"
NEW = "battery staple"


async def set_password(by: Person, id: int, **more: object) -> Response:
    return await by.put(f"/users/{id}/password", json={"password": SET} | more)


async def log_in(client: AsyncClient, password: str) -> Response:
    return await client.post("/login", json={"username": "ada", "password": password})


async def choose(client: AsyncClient, password: str = SET, new: str = NEW) -> Response:
    body = {"username": "ada", "password": password, "new_password": new}
    return await client.post("/login", json=body)


class TestSettingAPassword:
    async def test_ends_all_sessions_and_opens_none(
        self, clerk: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        assert (await set_password(clerk, ada.id)).status_code == 200

        assert await ada.status() == 401
        assert (await log_in(anyone, PASSWORD)).status_code == 401
        refused = await log_in(anyone, SET)
        assert (refused.status_code, refused.json()["code"]) == (403, "password-change-required")

    async def test_is_for_good_if_it_need_not_be_changed(
        self, clerk: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        await set_password(clerk, ada.id, must_change=False)

        assert (await log_in(anyone, SET)).status_code == 200

    async def test_is_told_and_on_record(
        self, clerk: Person, ada: Person, resources: Resources
    ) -> None:
        await post(resources)
        await set_password(clerk, ada.id)

        [told] = await post(resources)
        assert (told.to, told.subject) == ("ada@example.com", "Your password was changed")
        [*_, last] = await history(resources, "type", "subject_id", "actor_id", "data")
        assert last == ("password.set", ada.id, clerk.id, {"must_change": True})

    @pytest.mark.promise("A5")
    async def test_obeys_the_policy(self, clerk: Person, ada: Person) -> None:
        refused = await set_password(clerk, ada.id, password="short")

        assert refused.status_code == 422
        assert await ada.status() == 200

    @pytest.mark.promise("I1")
    async def test_wants_a_recent_proof(self, clerk: Person, ada: Person, clock: FakeClock) -> None:
        clock.advance(minutes=14)
        again = await clerk.post("/refresh", json={"refresh_token": clerk.refresh_token})
        clerk.token = again.json()["access_token"]
        clock.advance(minutes=2)

        assert (await set_password(clerk, ada.id)).json()["code"] == "fresh-login-required"

    @pytest.mark.promise("A10")
    async def test_is_not_for_oneself(self, clerk: Person) -> None:
        assert (await set_password(clerk, clerk.id)).json()["code"] == "forbidden"

    @pytest.mark.promise("D1")
    async def test_is_not_for_those_who_may_more(
        self, admin: Person, clerk: Person, ada: Person
    ) -> None:
        writer = await appoint(admin, "writer", "users:write")

        refused = [await set_password(by, id) for by, id in ((clerk, admin.id), (writer, ada.id))]

        assert [each.status_code for each in refused] == [403, 403]
        assert (await set_password(clerk, writer.id)).json()["missing"] == ["users:write"]

    async def test_is_for_users_whom_there_are(self, admin: Person, ada: Person) -> None:
        await admin.delete(f"/users/{ada.id}")

        assert [(await set_password(admin, id)).status_code for id in (ada.id, 999)] == [404, 404]


class TestChoosingAPassword:
    async def test_logs_in_with_the_new_one(
        self, clerk: Person, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await set_password(clerk, ada.id)

        chosen = await choose(anyone)

        ada.token = chosen.json()["access_token"]
        assert (chosen.status_code, await ada.status()) == (200, 200)
        assert (await log_in(anyone, SET)).status_code == 401
        assert (await log_in(anyone, NEW)).status_code == 200
        assert "password.changed" in await history(resources)

    async def test_makes_a_device_known_that_stays_known(
        self, clerk: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        await set_password(clerk, ada.id)
        token = (await choose(anyone)).json()["device_token"]
        for _ in range(12):
            await log_in(anyone, "wrong one")

        known = {"username": "ada", "password": NEW, "device_token": token}
        assert (await log_in(anyone, NEW)).status_code == 429
        assert (await anyone.post("/login", json=known)).status_code == 200

    async def test_is_open_to_everybody_and_ends_other_sessions(
        self, ada: Person, anyone: AsyncClient
    ) -> None:
        assert (await choose(anyone, PASSWORD)).status_code == 200
        assert await ada.status() == 401

    async def test_wants_another_password(
        self, clerk: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        await set_password(clerk, ada.id)

        refused = await choose(anyone, new=SET)

        assert (refused.status_code, refused.json()["code"]) == (422, "password-refused")
        assert (await log_in(anyone, SET)).json()["code"] == "password-change-required"

    @pytest.mark.promise("B1")
    async def test_tells_strangers_what_a_login_does(
        self, clerk: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        await set_password(clerk, ada.id)
        same = {"X-Request-ID": "same"}
        names = ("ada", "nobody")

        bodies = [{"username": name, "password": "wrong one"} for name in names]
        tried = [
            await anyone.post("/login", json=body | more, headers=same)
            for body in bodies
            for more in ({}, {"new_password": "wrong one"})
        ]

        answers = {(each.status_code, each.json()["code"]) for each in tried}
        assert answers == {(401, "login-refused")}

    @pytest.mark.promise("B3")
    async def test_counts_as_a_try_to_log_in(self, ada: Person, anyone: AsyncClient) -> None:
        tried = [await choose(anyone, "wrong one") for _ in range(11)]

        assert [each.status_code for each in tried] == [401] * 10 + [429]
        assert (await log_in(anyone, PASSWORD)).status_code == 429

    async def test_is_not_for_deactivated_users(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        await set_password(admin, ada.id)
        await admin.post(f"/users/{ada.id}/deactivate", json={"reason": "x"})

        assert (await choose(anyone)).json()["code"] == "account-deactivated"
        await admin.post(f"/users/{ada.id}/activate")
        assert (await log_in(anyone, NEW)).status_code == 401
        assert (await choose(anyone)).status_code == 200


@pytest.mark.promise("G3")
async def test_a_refused_choice_leaves_a_trace(
    ada: Person, anyone: AsyncClient, resources: Resources
) -> None:
    body = {"username": "ada", "password": PASSWORD, "new_password": PASSWORD}

    assert (await anyone.post("/login", json=body)).status_code == 422

    last = (await history(resources, "type", "subject_id", "data"))[-1]
    assert last == ("login.failed", ada.id, {"reason": "password_change"})
