import logging

from uservault.account.schemas import Registration
from uservault.kit.wiring import Inject
from uservault.passwords.service import PasswordService
from uservault.roles.service import RoleService
from uservault.users.models import User
from uservault.users.service import UserService

log = logging.getLogger(__name__)


class AccountMaker:
    """Makes accounts: a user with a password, and if need be with every permission."""

    def __init__(
        self,
        users: Inject[UserService],
        passwords: Inject[PasswordService],
        roles: Inject[RoleService],
    ) -> None:
        self.users = users
        self.passwords = passwords
        self.roles = roles

    async def make(self, data: Registration) -> User:
        """Raises UsernameTaken, EmailTaken, PasswordRefused or TooManyPasswords."""
        hash = await self._hash(data)
        return await self._create(data, hash)

    async def make_admin(self, data: Registration) -> User:
        """Raises like `make`."""
        hash = await self._hash(data)
        user = await self._create(data, hash, verified=True)
        await self.roles.make_admin(user.id)
        return user

    async def make_admin_if_first(self, data: Registration) -> User:
        """Whoever comes while there is no administrator becomes one. Raises like `make`."""
        hash = await self._hash(data)
        first = await self.roles.lacks_admin()
        user = await self._create(data, hash, verified=first)
        if first:
            await self.roles.make_admin(user.id)
            log.warning("first administrator", extra={"user_id": user.id})
        return user

    async def _hash(self, data: Registration) -> str:
        return await self.passwords.accepted(data.password, data.username, data.email)

    async def _create(self, data: Registration, hash: str, *, verified: bool = False) -> User:
        user = await self.users.create(data.username, data.email, data.locale, verified=verified)
        await self.passwords.keep(user.id, hash)
        return user
