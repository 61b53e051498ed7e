from uservault.kit.repository import Repository
from uservault.metadata.models import UserMetadata


class MetadataRepository(Repository[UserMetadata]):
    """Whoever changes what is kept on a user locks the user first: there may be no row to lock."""

    model = UserMetadata
