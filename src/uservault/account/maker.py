from uservault.account.schemas import Registration
from uservault.kit.wiring import Inject
from uservault.passwords.service import PasswordService
from uservault.roles.service import RoleService
from uservault.users.models import User
from uservault.users.service import UserService


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
        hash = await self.passwords.accepted(data.password, data.username, data.email)
        user = await self.users.create(data.username, data.email)
        await self.passwords.keep(user.id, hash)
        return user

    async def make_admin(self, data: Registration) -> User:
        """Raises like `make`."""
        user = await self.make(data)
        await self.roles.make_admin(user.id)
        return user

    async def make_admin_if_first(self, data: Registration) -> User:
        """Whoever comes while there is no administrator becomes one. Raises like `make`."""
        user = await self.make(data)
        await self.roles.make_admin_if_first(user.id)
        return user
