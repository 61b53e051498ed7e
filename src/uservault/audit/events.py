from uservault.events.log import Event


class AuditAdopted(Event):
    """The record was taken as it was: `count` events had no seal; `begun`: a chain began."""

    type = "audit.adopted"
    count: int
    begun: bool
