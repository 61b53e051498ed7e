from uservault.metadata.models import UserMetadata
from uservault.wiring.repository import Repository


class MetadataRepository(Repository[UserMetadata]):
    """Lock the user before changing their metadata: there may be no row of metadata to lock."""

    model = UserMetadata
