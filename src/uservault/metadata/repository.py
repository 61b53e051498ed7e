from uservault.metadata.models import UserMetadata
from uservault.wiring.repository import Repository


class MetadataRepository(Repository[UserMetadata]):
    """Whoever changes what is kept on a user locks the user first: there may be no row to lock."""

    model = UserMetadata
