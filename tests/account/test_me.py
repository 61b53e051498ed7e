import pytest

from tests.support import databases
from tests.support.fakes import FakeClock, FakeHasher
from tests.support.history import history
from tests.support.people import PASSWORD, Person
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources

NEW = "battery staple"


def change(current: str, new: str) -> dict[str, dict[str, str]]:
    return {"json": {"current_password": current, "new_password": new}}


class TestMe:
    @pytest.mark.promise("F7")
    async def test_reads_changes_and_deletes_oneself(self, admin: Person, ada: Person) -> None:
        read = await ada.get("/me")
        assert read.json() == (await ada.get(f"/users/{ada.id}")).json()
        stale = await ada.ask("PATCH", "/me", json={}, headers={"If-Match": '"9"'})
        assert stale.status_code == 412

        renamed = await ada.ask("PATCH", "/me", json={"username": "countess"})
        assert renamed.json()["username"] == "countess"
        assert renamed.headers["ETag"] == '"2"'

        assert (await ada.delete("/me")).json() == {"message": "User deleted successfully"}
        assert (await ada.get("/me")).status_code == 401
        assert (await admin.get(f"/users/{ada.id}")).status_code == 404

    @pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
    async def test_is_nobody_without_a_token(self, ada: Person, method: str) -> None:
        response = await ada.client.request(method, "/me")

        assert response.status_code == 401


class TestTaken:
    @pytest.fixture
    def settings(self, database_url: str) -> Settings:
        limits = {"register_refused_per_client": "5/minute"}
        return databases.settings_for(database_url, log={"file": None}, limits=limits)

    @pytest.mark.promise("B7")
    async def test_is_not_asked_of_us_for_ever(self, ada: Person, clock: FakeClock) -> None:
        taken = {"json": {"email": "root@example.com"}}
        for name in ["ada1", "ada2", "ada3", "ada4", "ada5", "ada6"]:
            assert (await ada.ask("PATCH", "/me", json={"username": name})).status_code == 200
        refused = [(await ada.ask("PATCH", "/me", **taken)).status_code for _ in range(6)]

        assert refused == [409] * 5 + [429]
        assert (await ada.put(f"/users/{ada.id}", **taken)).status_code == 429
        clock.advance(minutes=1)
        assert (await ada.ask("PATCH", "/me", json={"username": "ada"})).status_code == 200


class TestChangeMyPassword:
    @pytest.mark.promise("A10")
    async def test_needs_the_current_one(self, ada: Person, resources: Resources) -> None:
        response = await ada.put("/me/password", **change("wrong", NEW))

        assert response.status_code == 403
        assert response.json()["code"] == "current-password-wrong"
        assert (await history(resources))[-1] == "password.change_refused"
        assert await (await ada.again()).status() == 200

    @pytest.mark.promise("A10", "C7")
    async def test_ends_all_other_sessions(self, ada: Person, resources: Resources) -> None:
        there = await ada.again()

        response = await ada.put("/me/password", **change(PASSWORD, NEW))

        assert response.status_code == 200
        assert await there.status() == 401
        assert await ada.status() == 200
        old = await ada.client.post("/login", json={"username": "ada", "password": PASSWORD})
        new = await ada.client.post("/login", json={"username": "ada", "password": NEW})
        assert (old.status_code, new.status_code) == (401, 200)
        events = await history(resources, "type", "actor_id")
        assert ("session.revoked", ada.id) in events
        assert ("password.changed", ada.id) in events

    @pytest.mark.promise("A10")
    async def test_keeps_to_the_policy(self, ada: Person) -> None:
        response = await ada.put("/me/password", **change(PASSWORD, "short"))

        assert response.status_code == 422
        assert response.json()["errors"][0]["pointer"] == "/body/new_password"

    @pytest.mark.promise("H11")
    async def test_holds_no_connection_while_hashing(
        self, ada: Person, resources: Resources
    ) -> None:
        await ada.put("/me/password", **change(PASSWORD, NEW))

        assert isinstance(resources.hasher, FakeHasher)
        assert resources.hasher.held == 0

    @pytest.mark.promise("B3")
    async def test_is_no_way_to_guess(self, ada: Person, clock: FakeClock) -> None:
        for _ in range(10):
            assert (await ada.put("/me/password", **change("wrong", NEW))).status_code == 403

        refused = await ada.put("/me/password", **change(PASSWORD, NEW))

        assert refused.status_code == 429
        clock.advance(minutes=1)
        assert (await ada.put("/me/password", **change(PASSWORD, NEW))).status_code == 200
