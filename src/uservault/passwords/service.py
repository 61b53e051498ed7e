from uservault.passwords.models import Password
from uservault.passwords.policy import PasswordPolicy
from uservault.passwords.repository import PasswordRepository
from uservault.wiring.scope import Hasher, Inject, Shared, injected


@injected
class PasswordService:
    """Sets and checks users' passwords."""

    passwords: Inject[PasswordRepository]
    policy: Shared[PasswordPolicy]
    hasher: Hasher

    async def check_and_hash(self, password: str, *about: str, field: str = "password") -> str:
        """Checks the policy and returns the hash. `field` is the request's field, for the error.

        Slow: call it before the first query, which would hold a database connection. Raises
        PasswordRefused or TooManyPasswords.
        """
        await self.policy.check(password, *about, field=field)
        return await self.hasher.hash(password)

    async def keep(self, user_id: int, hash: str) -> None:
        await self.passwords.save(Password(user_id=user_id, hash=hash))

    async def replace(self, user_id: int, old: str, new: str) -> bool:
        """A new password of the user's choice. False if the old one has changed since."""
        return await self.passwords.replace(user_id, old, new)

    async def put(self, user_id: int, hash: str, *, must_change: bool) -> None:
        """A password that somebody else chose. `must_change`: the user cannot log in with it
        before they chose another. Lock the user first."""
        await self.passwords.put(user_id, hash, must_change=must_change)

    async def is_still(self, user_id: int, hash: str) -> bool:
        """False if the password was changed since `hash` was read.

        Lock the user first: then it stays true until the unit of work ends.
        """
        return await self.passwords.has_hash(user_id, hash)

    async def upgrade(self, user_id: int, old: str, new: str) -> None:
        """Stores a hash of the same password by the current scheme and cost."""
        await self.passwords.replace_hash(user_id, old, new)
