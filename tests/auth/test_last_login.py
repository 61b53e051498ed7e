from tests.support.people import Person


class TestLastLogin:
    async def test_a_login_is_shown(self, ada: Person) -> None:
        assert (await ada.get("/me")).json()["last_login_at"] == "2026-01-01T00:00:00Z"

    async def test_a_login_leaves_the_version_alone(self, ada: Person) -> None:
        before = (await ada.get("/me")).headers["ETag"]

        await ada.again()

        assert (await ada.get("/me")).headers["ETag"] == before
