import pytest
from httpx import AsyncClient

from tests.invitations.inviting import accept, token_sent
from tests.support import databases
from tests.support.history import history
from tests.support.people import PASSWORD, Person, login, registration
from uservault.registration.first_admin import make_admin
from uservault.registration.schemas import UserCreate
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources


@pytest.fixture(params=["invite", "closed"])
def mode(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def settings(database_url: str, mode: str) -> Settings:
    log = {"file": None, "level": "info"}
    return databases.settings_for(database_url, log=log, registration={"mode": mode})


@pytest.fixture
async def admin(anyone: AsyncClient, resources: Resources) -> Person:
    """Made by command, for nobody can register."""
    data = UserCreate(username="root", email="root@example.com", password=PASSWORD)
    user = await make_admin(resources, data)
    return await login(anyone, "root", user.id)


class TestCreateUser:
    @pytest.mark.promise("D7")
    async def test_is_not_for_strangers_nor_the_first_to_come(
        self, anyone: AsyncClient, resources: Resources
    ) -> None:
        response = await anyone.post("/users", json=registration("eve"))

        assert (response.status_code, response.json()["code"]) == (403, "registration-closed")
        assert await history(resources) == []

    @pytest.mark.promise("D1")
    async def test_says_so_before_it_looks_at_the_body(self, anyone: AsyncClient) -> None:
        response = await anyone.post("/users", json={"is_admin": True})

        assert response.status_code == 403

    async def test_is_for_who_may_write_users(self, admin: Person, resources: Resources) -> None:
        created = await admin.post("/users", json=registration("clerk"))
        again = await admin.post("/users", json=registration("clerk"))

        assert (created.status_code, again.status_code) == (201, 409)
        assert ("user.created", admin.id) in await history(resources, "type", "actor_id")

    async def test_is_not_for_any_user(self, admin: Person, anyone: AsyncClient) -> None:
        await admin.post("/users", json=registration("ada"))
        ada = await login(anyone, "ada", 2)

        response = await ada.post("/users", json=registration("eve"))

        assert (response.status_code, response.json()["code"]) == (403, "registration-closed")

    async def test_refuses_a_bad_token(self, anyone: AsyncClient) -> None:
        headers = {"Authorization": "Bearer x"}

        response = await anyone.post("/users", json=registration("eve"), headers=headers)

        assert response.status_code == 401


class TestInvitations:
    async def test_are_for_the_mode_that_has_them(
        self, admin: Person, anyone: AsyncClient, resources: Resources, mode: str
    ) -> None:
        sent = await admin.post("/invitations", json={"email": "ada@example.com"})

        if mode == "closed":
            assert (sent.status_code, sent.json()["code"]) == (403, "registration-closed")
            assert (await accept(anyone, "x")).json()["code"] == "registration-closed"
            assert (await admin.post("/invitations/1/resend")).status_code == 403
        else:
            assert sent.status_code == 201
            assert (await accept(anyone, await token_sent(resources))).status_code == 201


class TestOpen:
    @pytest.fixture
    def mode(self) -> str:
        return "open"

    async def test_looks_at_no_credential(self, anyone: AsyncClient) -> None:
        headers = {"Authorization": "Bearer of the old service"}

        response = await anyone.post("/users", json=registration("ada"), headers=headers)

        assert response.status_code == 201
