import pytest
from sqlalchemy import bindparam, select

from uservault.db.errors import Unstorable
from uservault.users.identifiers import Identifier
from uservault.wiring.ports import Resources


@pytest.mark.promise("E7")
async def test_a_value_that_cannot_be_stored_is_no_outage(
    resources: Resources, backend: str
) -> None:
    asked = select(Identifier.user_id).where(Identifier.key == bindparam("key"))

    if backend == "postgresql":
        with pytest.raises(Unstorable):  # NUL is SQLSTATE 22021
            await resources.database.rows(asked, {"key": "a\0b"})
    else:
        assert await resources.database.rows(asked, {"key": "a\0b"}) == []
