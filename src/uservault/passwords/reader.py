from dataclasses import dataclass

from sqlalchemy import select

from uservault.kit.batch import AnySelect, by_key
from uservault.kit.identity import login_key
from uservault.kit.ports import Resources
from uservault.passwords.models import Password
from uservault.users.models import User


def _credentials(key: object) -> AnySelect:
    columns = (key, User.id, User.is_active, Password.hash)
    return select(*columns).join(Password, Password.user_id == User.id)  # type: ignore[call-overload, no-any-return]


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    user_id: int
    is_active: bool
    hash: str


class CredentialReader:
    """Who a username or an address says it is. No connection is held once it has answered."""

    def __init__(self, resources: Resources) -> None:
        self.by_username = by_key(resources.database, _credentials(User.username_key))
        self.by_email = by_key(resources.database, _credentials(User.email_key))

    async def find(self, name: str) -> Credential | None:
        if "\0" in name:  # nobody's; and PostgreSQL would not even look
            return None
        key, is_email = login_key(name)
        row = await (self.by_email if is_email else self.by_username).get(key)
        if row is None:
            return None
        return Credential(user_id=row.id, is_active=row.is_active, hash=row.hash)
