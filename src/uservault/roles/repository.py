from sqlalchemy import exists, select

from uservault.kit.repository import Repository
from uservault.roles.models import ADMIN, Role, UserRole


class RoleRepository(Repository[Role]):
    model = Role

    async def admin_locked(self) -> Role:
        """The row that whoever changes the set of administrators holds: one at a time."""
        locked = select(Role).where(Role.name == ADMIN).with_for_update()
        return (await self.session.execute(locked)).scalar_one()

    async def any_admin(self) -> bool:
        held = exists().where(UserRole.role_id == Role.id, Role.name == ADMIN)
        return bool(await self.session.scalar(select(held)))

    async def grant(self, role: Role, user_id: int) -> None:
        await self.session.merge(UserRole(user_id=user_id, role_id=role.id))
        await self.session.flush()
