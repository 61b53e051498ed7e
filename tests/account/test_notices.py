from datetime import datetime

import pytest
from httpx import AsyncClient

from tests.recovery.post import Received, mail, post
from tests.support import databases
from tests.support.fakes import FakeClock
from tests.support.people import PASSWORD, Person, registration
from uservault.sessions.sweep import SessionSweep
from uservault.settings.notices import NoticeSettings
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
WORDS = "Click here: evil.example"
EVERY = tuple(NoticeSettings.model_fields)
CHANGE = {"current_password": PASSWORD, "new_password": "violet otter"}


@pytest.fixture
def wanted(request: pytest.FixtureRequest) -> dict[str, bool]:
    chosen: dict[str, bool] = getattr(request, "param", dict.fromkeys(EVERY, True))
    return chosen


@pytest.fixture
def settings(database_url: str, wanted: dict[str, bool]) -> Settings:
    others = {"log": {"file": None}, "erasure": {"grace_days": 7}}
    return databases.settings_for(database_url, notices=wanted, **others)


async def enter(client: AsyncClient, agent: str, username: str = "ada") -> None:
    credentials = {"username": username, "password": PASSWORD}
    response = await client.post("/login", json=credentials, headers={"User-Agent": agent})
    assert response.status_code == 200


async def do_all(admin: Person, ada: Person) -> None:
    """Every deed that there is a notice of."""
    await ada.put("/me/password", json=CHANGE)
    await ada.put(f"/users/{ada.id}", json={"email": "countess@example.com"})
    await admin.put(f"/users/{ada.id}/roles", json={"roles": ["admin"]})
    await enter(admin.client, FIREFOX, "root")
    await admin.post(f"/users/{ada.id}/deactivate", json={"reason": WORDS})
    await admin.delete(f"/users/{ada.id}")


class TestNotices:
    async def test_tell_what_was_done(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        await do_all(admin, ada)

        received = await post(resources)

        assert {(each.to, each.subject) for each in received} == {
            ("ada@example.com", "Your password was changed"),
            ("ada@example.com", "Your e-mail address was changed"),
            ("countess@example.com", "You were given a new role"),
            ("root@example.com", "A new device logged in to your account"),
            ("countess@example.com", "Your account was deactivated"),
            ("countess@example.com", "Your account was deleted"),
        }
        assert len(received) == 6
        assert WORDS not in str(received)

    @pytest.mark.promise("I5")
    async def test_greet_an_unproved_address_without_the_name(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        await ada.patch("/me", json={"username": "evil.example"})
        await ada.client.post("/account/forgot-password", json={"email": "ada@example.com"})
        received = await post(resources)
        await do_all(admin, ada)
        received += [each for each in await post(resources) if each.to != "root@example.com"]

        assert len(received) == 6
        assert "evil.example" not in str(received)
        assert all("Hello,\n" in each.text for each in received)

    @pytest.mark.parametrize("wanted", [{}, dict.fromkeys(EVERY, False)], indirect=True, ids=str)
    async def test_are_not_sent_in_development_or_where_they_are_switched_off(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        await do_all(admin, ada)

        assert await post(resources) == []

    async def test_are_not_sent_of_what_failed(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        await ada.put("/me/password", json=CHANGE | {"current_password": "a guess"})
        await ada.put(f"/users/{ada.id}", json={"email": "root@example.com"})
        await admin.post(f"/users/{ada.id}/deactivate", json={})

        assert await post(resources) == []

    async def test_are_in_the_language_of_the_user(
        self, admin: Person, ada: Person, resources: Resources
    ) -> None:
        await ada.ask("PATCH", "/me", json={"locale": "de"})

        await ada.put("/me/password", json=CHANGE)

        assert "Passwort" in (await mail(resources)).subject

    @pytest.mark.parametrize("name", EVERY)
    def test_are_wanted_in_production_unless_set(self, name: str) -> None:
        production = databases.settings_for("sqlite://", env="production")
        without = production.model_copy(update={"notices": NoticeSettings(**{name: False})})

        assert production.notifies(name)
        assert not without.notifies(name)


class TestNewDevice:
    async def test_is_told_of_once(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        clock.time = datetime.fromisoformat("2026-01-31T09:30:59Z")
        await self.prove(ada, resources)

        await enter(anyone, FIREFOX)
        await enter(anyone, FIREFOX.replace("140", "141"))  # another version is the same device

        told = await mail(resources)
        assert told.to == "ada@example.com"
        assert self.facts(told) == ["Firefox on Linux", "127.0.0.1", "2026-01-31 09:30 UTC"]

    async def test_is_nothing_to_tell_of_the_first_login(
        self, admin: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await anyone.post("/users", json=registration("ada"))

        await enter(anyone, FIREFOX)

        assert await post(resources) == []

    @pytest.mark.promise("I5")
    async def test_is_told_of_after_a_long_absence(
        self, ada: Person, anyone: AsyncClient, clock: FakeClock, resources: Resources
    ) -> None:
        clock.advance(days=100)
        while await SessionSweep(resources).run_once():
            pass

        await enter(anyone, FIREFOX)
        await enter(anyone, FIREFOX)

        assert (await mail(resources)).subject == "A new device logged in to your account"

    async def test_is_nothing_to_tell_of_a_failed_login(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        guess = {"username": "ada", "password": "a guess"}
        await anyone.post("/login", json=guess, headers={"User-Agent": FIREFOX})

        assert await post(resources) == []

    async def test_says_nothing_in_its_own_words_to_an_unproved_address(
        self, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await enter(anyone, WORDS)

        told = await mail(resources)
        assert self.facts(told) == ["127.0.0.1", "2026-01-01 00:00 UTC"]
        assert "Hello," in told.text

    async def prove(self, person: Person, resources: Resources) -> None:
        """By a reset to the same password."""
        await person.client.post("/account/forgot-password", json={"email": "ada@example.com"})
        token = (await mail(resources)).token
        body = {"token": token, "new_password": PASSWORD}
        await person.client.post("/account/reset-password", json=body)
        await mail(resources)

    def facts(self, told: Received) -> list[str]:
        lines = [line.partition(": ") for line in told.text.splitlines()]
        return [fact for name, _, fact in lines if name in ("Device", "Address", "Time")]
