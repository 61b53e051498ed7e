from uservault.keys.service import KeyService
from uservault.kit.db import unit_of_work
from uservault.kit.ports import Resources


class KeySweep:
    """Removes the private halves of keys that nothing is signed or verified with any more."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    async def run_once(self) -> int:
        """The number of private halves that were removed."""
        async with unit_of_work(self.resources.database) as session:
            return await KeyService(self.resources, session).wipe()
