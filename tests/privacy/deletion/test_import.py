import pytest

from tests.support.people import Person
from tests.transfer.test_import import ndjson, results, row


class TestImport:
    @pytest.mark.parametrize("on_conflict", ["error", "skip", "update"])
    async def test_leaves_deleted_users_alone(
        self, admin: Person, ada: Person, on_conflict: str
    ) -> None:
        await admin.delete(f"/users/{ada.id}")

        [result] = await results(admin, ndjson(row("ada")), on_conflict=on_conflict)

        assert result["code"] == "email-taken"
