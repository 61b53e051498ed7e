from uservault.events.log import Event
from uservault.metadata.models import Kind


class MetadataUpdated(Event):
    """Names the changed object, not its members: their names may be private too."""

    type = "metadata.updated"
    changed: list[Kind]
