import hmac

from uservault.kit.crypto import derived_key
from uservault.wiring.ports import Resources


class Codes:
    """Digests of codes. Of a million codes the plain digests are soon tried: so these are keyed."""

    def __init__(self, resources: Resources) -> None:
        self.key = derived_key(resources.signing_key, "ticket-codes")

    def digest(self, token_hash: str, code: str) -> str:
        """Of the code that went out with this token: another one-time token's is another."""
        return hmac.digest(self.key, f"{token_hash}.{code}".encode(), "sha256").hex()

    def is_right(self, token_hash: str, code: str, kept: str) -> bool:
        return hmac.compare_digest(self.digest(token_hash, code), kept)
