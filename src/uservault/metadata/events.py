from uservault.events.log import Event
from uservault.metadata.models import Kind


class MetadataUpdated(Event):
    """Which of the objects; nothing of its members, whose names may be private too."""

    type = "metadata.updated"
    changed: list[Kind]
