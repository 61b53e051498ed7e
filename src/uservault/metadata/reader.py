from sqlalchemy import select

from uservault.db.batch import AnySelect, by_key
from uservault.metadata.models import Kind, UserMetadata
from uservault.metadata.schemas import Read
from uservault.users.errors import UserNotFound
from uservault.users.models import NOT_DELETED, User
from uservault.wiring.ports import Resources


def _select(kind: Kind) -> AnySelect:
    """Selects one of the objects; NULL for users without a row of metadata."""
    same_user = UserMetadata.user_id == User.id
    found = select(User.id, getattr(UserMetadata, kind)).outerjoin(UserMetadata, same_user)
    return found.where(NOT_DELETED)


class MetadataReader:
    """Reads users' metadata."""

    def __init__(self, resources: Resources) -> None:
        self.by_user = {kind: by_key(resources.database, _select(kind)) for kind in Kind}

    async def get(self, user_id: int, kind: Kind) -> Read:
        """Empty if nothing is stored. Raises UserNotFound. Concurrent calls share a query."""
        if row := await self.by_user[kind].get(user_id):
            return row[1] or {}
        raise UserNotFound
