from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from uservault.access.principal import Principal
from uservault.events.log import EventLog
from uservault.metadata.errors import MetadataTooLarge
from uservault.metadata.events import MetadataUpdated
from uservault.metadata.merge import apply_patch, encode
from uservault.metadata.models import Kind, UserMetadata
from uservault.metadata.repository import MetadataRepository
from uservault.metadata.schemas import Read
from uservault.roles.assignments import RoleAssignments
from uservault.users.errors import UserNotFound
from uservault.users.repository import UserRepository
from uservault.wiring.scope import Inject, injected

MAX_BYTES = 16 * 1024  # bytes


@injected
class MetadataService:
    """Changes users' metadata. Concurrent changes of one user run one after the other."""

    users: Inject[UserRepository]
    metadata: Inject[MetadataRepository]
    roles: Inject[RoleAssignments]
    events: Inject[EventLog]

    async def replace(self, user_id: int, kind: Kind, document: Read, by: Principal) -> Read:
        """Raises UserNotFound, Forbidden or MetadataTooLarge."""
        row = await self._lock(user_id, by)
        return await self._save(row, kind, document)

    async def merge(self, user_id: int, kind: Kind, patch: Read, by: Principal) -> Read:
        """Returns the merged object. Raises like `replace`."""
        row = await self._lock(user_id, by)
        return await self._save(row, kind, apply_patch(getattr(row, kind), patch))

    async def _lock(self, user_id: int, by: Principal) -> UserMetadata:
        await self.roles.ensure_may_change(user_id, by)
        if (user := await self.users.get(user_id)) is None:
            raise UserNotFound
        if by.user_id != user_id:
            await self.users.settle(user)
        return await self.metadata.get(user_id) or UserMetadata(user_id=user_id)

    async def _save(self, row: UserMetadata, kind: Kind, document: dict[str, Any]) -> Read:
        if len(encode(document)) > MAX_BYTES:
            raise MetadataTooLarge(errors=[{"pointer": "/body", "detail": MetadataTooLarge.title}])
        if encode(document) != encode(getattr(row, kind)):
            setattr(row, kind, document)
            flag_modified(row, kind)
            await self.metadata.save(row)
            self.events.record(MetadataUpdated(subject_id=row.user_id, changed=[kind]))
        return document
