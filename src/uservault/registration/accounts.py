import logging
from typing import Unpack

from uservault.passwords.service import PasswordService
from uservault.registration.schemas import UserCreate
from uservault.roles.assignments import RoleAssignments
from uservault.users.beginning import Beginning
from uservault.users.models import User
from uservault.users.service import UserService
from uservault.wiring.scope import Inject, injected

log = logging.getLogger(__name__)


@injected
class Accounts:
    """Creates users with a password, and administrators."""

    users: Inject[UserService]
    passwords: Inject[PasswordService]
    roles: Inject[RoleAssignments]

    async def create(self, data: UserCreate, **how: Unpack[Beginning]) -> User:
        """Raises UsernameTaken, EmailTaken, PasswordRefused or TooManyPasswords."""
        hash = await self.hash(data.password, data.username, data.email)
        return await self.add(data.username, data.email, hash, data.locale, **how)

    async def create_admin(self, data: UserCreate) -> User:
        """Raises like `create`."""
        hash = await self.hash(data.password, data.username, data.email)
        user = await self.add(data.username, data.email, hash, data.locale, verified=True)
        await self.roles.make_admin(user.id)
        return user

    async def create_admin_if_first(self, data: UserCreate, *, provisional: bool = False) -> User:
        """The user becomes an administrator if there is none yet. Raises like `create`."""
        hash = await self.hash(data.password, data.username, data.email)
        first = await self.roles.lacks_admin()
        user = await self.add(
            data.username, data.email, hash, data.locale, verified=first, provisional=provisional
        )
        if first:
            await self.roles.make_admin(user.id)
            log.warning("created the first administrator", extra={"user_id": user.id})
        return user

    async def hash(self, password: str, username: str, email: str) -> str:
        """Slow: call it before the first query, which would hold a database connection.

        Raises PasswordRefused or TooManyPasswords.
        """
        return await self.passwords.check_and_hash(password, username, email)

    async def add(
        self,
        username: str,
        email: str,
        hash: str,
        locale: str | None = None,
        **how: Unpack[Beginning],
    ) -> User:
        """Raises UsernameTaken or EmailTaken."""
        user = await self.users.create(username, email, locale, **how)
        await self.passwords.keep(user.id, hash)
        return user
