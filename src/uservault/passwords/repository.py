from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, insert, select, update

from uservault.passwords.models import Password
from uservault.users.models import User
from uservault.wiring.repository import Repository


class PasswordRepository(Repository[Password]):
    """To change a password, it locks the user first, as a deletion does."""

    model = Password

    async def add(self, hashes: Mapping[int, str]) -> None:
        """Of many users who have none, by their ids."""
        rows = [{"user_id": id, "hash": hash, "must_change": False} for id, hash in hashes.items()]
        if rows:
            await self.session.execute(insert(Password), rows)

    async def replace_hash(self, user_id: int, old: str, new: str) -> bool:
        """For the same password. Whether it was replaced: not if it has changed since."""
        return await self._replace(user_id, old, {"hash": new})

    async def replace(self, user_id: int, old: str, new: str) -> bool:
        """For another password. Whether it was replaced: not if it has changed since."""
        return await self._replace(user_id, old, {"hash": new, "must_change": False})

    async def has_hash(self, user_id: int, hash: str) -> bool:
        """Whether this is the user's hash. It stays so while the user is locked."""
        same = (Password.user_id == user_id) & (Password.hash == hash)
        return await self.session.scalar(select(Password.user_id).where(same)) is not None

    async def put(self, user_id: int, hash: str, *, must_change: bool) -> None:
        """Whatever was there. Lock the user first."""
        password = await self.get(user_id) or Password(user_id=user_id, hash=hash)
        password.hash, password.must_change = hash, must_change
        await self.save(password)

    async def _replace(self, user_id: int, old: str, values: dict[str, Any]) -> bool:
        await self.session.execute(select(User.id).where(User.id == user_id).with_for_update())
        same = (Password.user_id == user_id) & (Password.hash == old)
        replaced = await self.session.execute(update(Password).where(same).values(values))
        return cast("CursorResult[tuple[()]]", replaced).rowcount == 1
