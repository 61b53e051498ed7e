import pytest
from pydantic import ValidationError

from uservault.access.principal import Permission
from uservault.roles.schemas import RoleCreate

SPELLINGS = [
    *("Admin", "ADMIN", "admin ", " admin", "admin\n", "admin\0", "ad\u200bmin", "аdmin"),
    *("", "a", "1st", "-x", "two words", "x" * 65, "\ud800", "*", True, 7, None, ["admin"]),
]


@pytest.mark.promise("E1", "E2", "E7")
@pytest.mark.parametrize("name", SPELLINGS, ids=ascii)
def test_a_name_has_one_spelling(name: object) -> None:
    with pytest.raises(ValidationError):
        RoleCreate.model_validate({"name": name})


@pytest.mark.promise("E7")
@pytest.mark.parametrize("text", ["two\nlines", "\0", "\x7f", "\ud800", "x" * 501], ids=ascii)
def test_a_description_is_one_line_that_can_be_stored(text: str) -> None:
    with pytest.raises(ValidationError):
        RoleCreate.model_validate({"name": "support", "description": text})


def test_a_permission_may_be_named_twice() -> None:
    role = {"name": "support", "permissions": ["users:read", "users:read"]}

    assert RoleCreate.model_validate(role).permissions == {Permission.USERS_READ}
