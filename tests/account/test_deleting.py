import pytest
from httpx import AsyncClient
from sqlalchemy import select

from tests.mail.queue import mails, queue
from tests.support.history import history
from tests.support.people import Person, register
from uservault.users.models import User
from uservault.wiring.ports import Resources


class TestDeleteUser:
    @pytest.mark.promise("C6")
    async def test_is_gone_with_all_tokens(self, admin: Person, ada: Person) -> None:
        response = await ada.delete(f"/users/{ada.id}")

        assert response.status_code == 200
        assert response.json() == {"message": "User deleted successfully"}
        assert (await ada.get(f"/users/{ada.id}")).status_code == 401
        assert (await admin.get(f"/users/{ada.id}")).status_code == 404
        assert (await admin.delete(f"/users/{ada.id}")).status_code == 404

    @pytest.mark.promise("C6")
    async def test_never_gives_the_id_away_again(
        self, admin: Person, ada: Person, anyone: AsyncClient, resources: Resources
    ) -> None:
        await admin.delete(f"/users/{ada.id}")

        eve = await register(anyone, "eve")

        assert eve.id > ada.id
        assert (await ada.get(f"/users/{eve.id}")).status_code == 401
        assert len(await resources.database.rows(select(User.id))) == 2

    async def test_sets_name_and_address_free(
        self, admin: Person, ada: Person, anyone: AsyncClient
    ) -> None:
        await admin.delete(f"/users/{ada.id}")

        assert (await register(anyone, "ada")).id > ada.id

    @pytest.mark.promise("D1")
    async def test_is_not_for_others(self, admin: Person, ada: Person) -> None:
        assert (await ada.delete(f"/users/{admin.id}")).status_code == 403

    async def test_honours_if_match(self, ada: Person) -> None:
        response = await ada.delete(f"/users/{ada.id}", headers={"If-Match": '"2"'})

        assert response.status_code == 412
        assert response.json()["code"] == "precondition-failed"
        assert (await ada.get(f"/users/{ada.id}")).status_code == 200

    async def test_stays_on_record(self, admin: Person, ada: Person, resources: Resources) -> None:
        await admin.delete(f"/users/{ada.id}")

        last = await history(resources, "type", "actor_id", "subject_id")
        types = ("user.deleted", "session.revoked", "user.purged")
        assert last[-3:] == [(each, admin.id, ada.id) for each in types]

    async def test_forgets_letters_and_where_the_user_came_from(
        self, ada: Person, resources: Resources
    ) -> None:
        await queue(resources, user_id=ada.id)

        await ada.delete("/me", headers={"User-Agent": "Mozilla/5.0 (Ada)"})

        assert await mails(resources, "id") == []
        told = await history(resources, "actor_id", "subject_id", "address", "user_agent")
        theirs = [each[2:] for each in told if ada.id in each[:2]]
        assert theirs
        assert set(theirs) == {(None, None)}

    async def test_cannot_be_taken_back(self, admin: Person, ada: Person) -> None:
        await ada.delete("/me")

        assert (await admin.get("/deleted-users")).json() == []
        assert (await admin.post(f"/users/{ada.id}/restore")).status_code == 404
