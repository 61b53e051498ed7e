from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from uservault.metadata.models import Kind, UserMetadata
from uservault.wiring.repository import Repository


class MetadataRepository(Repository[UserMetadata]):
    """Lock the user before changing their metadata: there may be no row of metadata to lock."""

    model = UserMetadata

    async def add(self, documents: Mapping[int, Mapping[str, Any]]) -> None:
        """Of many users who have none, by their ids and the kinds."""
        rows = [
            {"user_id": id} | {kind.value: given.get(kind.value, {}) for kind in Kind}
            for id, given in documents.items()
        ]
        if rows:
            await self.session.execute(insert(UserMetadata), rows)
