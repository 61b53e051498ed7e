from uservault.passwords.models import Password
from uservault.passwords.policy import PasswordPolicy
from uservault.passwords.repository import PasswordRepository
from uservault.wiring.scope import Hasher, Inject, Shared, injected


@injected
class PasswordService:
    """What users know."""

    passwords: Inject[PasswordRepository]
    policy: Shared[PasswordPolicy]
    hasher: Hasher

    async def accepted(self, password: str, *about: str, field: str = "password") -> str:
        """The hash to keep of it; slow, so before the first statement. Raises PasswordRefused,
        which names the field of the request that it came in."""
        await self.policy.check(password, *about, field=field)
        return await self.hasher.hash(password)

    async def keep(self, user_id: int, hash: str) -> None:
        await self.passwords.save(Password(user_id=user_id, hash=hash))

    async def replace(self, user_id: int, old: str, new: str) -> bool:
        """Whether it was done: not if the password has been changed meanwhile."""
        return await self.passwords.replace_hash(user_id, old, new)

    async def is_still(self, user_id: int, hash: str) -> bool:
        """Not if the password has been changed since it was looked up, or its user deleted."""
        return await self.passwords.lock(user_id, hash)

    async def upgrade(self, user_id: int, old: str, better: str) -> None:
        """The same password by the present scheme and cost."""
        await self.passwords.replace_hash(user_id, old, better)
