from sqlalchemy import select

from uservault.db.batch import AnySelect, by_key
from uservault.metadata.models import Kind, UserMetadata
from uservault.metadata.schemas import Read
from uservault.users.errors import UserNotFound
from uservault.users.models import NOT_DELETED, User
from uservault.wiring.ports import Resources


def _of(kind: Kind) -> AnySelect:
    """One of the objects, for users on whom nothing is kept too."""
    kept = UserMetadata.user_id == User.id
    found = select(User.id, getattr(UserMetadata, kind)).outerjoin(UserMetadata, kept)
    return found.where(NOT_DELETED)


class MetadataReader:
    """What can be asked of what others keep on users."""

    def __init__(self, resources: Resources) -> None:
        self.by_user = {kind: by_key(resources.database, _of(kind)) for kind in Kind}

    async def get(self, user_id: int, kind: Kind) -> Read:
        """Empty, if nothing is kept. Raises UserNotFound. Concurrent calls share a query."""
        if row := await self.by_user[kind].get(user_id):
            return row[1] or {}
        raise UserNotFound
