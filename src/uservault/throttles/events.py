from typing import ClassVar

from uservault.events.log import Event


class ThrottlesLifted(Event):
    """`client`: the network whose throttles ended, too."""

    type = "throttles.lifted"
    personal: ClassVar[frozenset[str]] = frozenset({"client"})
    client: str | None
