from tests.support.people import Person
from tests.transfer.test_import import ndjson, results, row


class TestImport:
    async def test_tells_the_user_of_a_new_password(self, admin: Person, ada: Person) -> None:
        theirs = row("ada", password_hash="hash of another")

        await results(admin, ndjson(theirs), on_conflict="update")

        sent = (await admin.get("/mail", params={"user_id": ada.id})).json()
        assert sent[0]["template"] == "password_changed"
