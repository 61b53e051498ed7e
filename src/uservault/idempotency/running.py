from uservault.wiring.ports import Resources


class Running:
    """The keys whose requests this process is answering.

    It refuses a repetition at once. Between processes, the database's unique constraint decides.
    """

    def __init__(self, resources: Resources) -> None:
        self.key_hashes: set[str] = set()

    def claim(self, key_hash: str) -> bool:
        """Whether no other request of this process has it."""
        free = key_hash not in self.key_hashes
        self.key_hashes.add(key_hash)
        return free

    def release(self, key_hash: str) -> None:
        self.key_hashes.discard(key_hash)
