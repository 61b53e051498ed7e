from uservault.keys.service import KeyService
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope


class KeySweep:
    """Deletes the private keys of expired and retired key pairs."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources

    async def run_once(self) -> int:
        """Return the number of private keys that were deleted."""
        async with scope(self.resources) as made:
            return await made.get(KeyService).wipe()
