import logging

from uservault.passwords.service import PasswordService
from uservault.registration.schemas import UserCreate
from uservault.roles.assignments import RoleAssignments
from uservault.users.models import User
from uservault.users.service import UserService
from uservault.wiring.scope import Inject

log = logging.getLogger(__name__)


class Accounts:
    """Creates accounts: users with a password and, for administrators, every permission."""

    def __init__(
        self,
        users: Inject[UserService],
        passwords: Inject[PasswordService],
        roles: Inject[RoleAssignments],
    ) -> None:
        self.users = users
        self.passwords = passwords
        self.roles = roles

    async def create(self, data: UserCreate) -> User:
        """Raises UsernameTaken, EmailTaken, PasswordRefused or TooManyPasswords."""
        hash = await self._hash(data)
        return await self._create(data, hash)

    async def create_admin(self, data: UserCreate) -> User:
        """Raises like `create`."""
        hash = await self._hash(data)
        user = await self._create(data, hash, verified=True)
        await self.roles.make_admin(user.id)
        return user

    async def create_admin_if_first(self, data: UserCreate) -> User:
        """The first user, while there is no administrator, becomes one. Raises like `create`."""
        hash = await self._hash(data)
        first = await self.roles.lacks_admin()
        user = await self._create(data, hash, verified=first)
        if first:
            await self.roles.make_admin(user.id)
            log.warning("first administrator", extra={"user_id": user.id})
        return user

    async def _hash(self, data: UserCreate) -> str:
        return await self.passwords.accepted(data.password, data.username, data.email)

    async def _create(self, data: UserCreate, hash: str, *, verified: bool = False) -> User:
        user = await self.users.create(data.username, data.email, data.locale, verified=verified)
        await self.passwords.keep(user.id, hash)
        return user
