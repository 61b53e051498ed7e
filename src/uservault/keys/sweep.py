from uservault.keys.service import KeyService
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope


class KeySweep:
    """Removes the private halves of keys that nothing is signed or verified with any more."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    async def run_once(self) -> int:
        """The number of private halves that were removed."""
        async with scope(self.resources) as made:
            return await made.get(KeyService).wipe()
