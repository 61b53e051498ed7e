from uservault.events.log import Event


class SessionRevoked(Event):
    """`sessions` are ids; `reason` is who or what ended them."""

    type = "session.revoked"
    sessions: list[int]
    reason: str


class EverySessionRevoked(Event):
    type = "session.revoked_everywhere"
    count: int
