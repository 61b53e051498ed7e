"""A response as it is stored: sealed, because it may hold personal data or secrets."""

import json
from dataclasses import asdict, dataclass
from typing import Self

from fastapi import Response

from uservault.kit.crypto import Sealer

REPLAYED = "Idempotent-Replayed"
RECOMPUTED = {"content-length"}


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """A response, and the fingerprint of the request that it answers."""

    fingerprint: str
    status: int
    headers: dict[str, str]
    body: str

    @classmethod
    def of(cls, response: Response, fingerprint: str) -> Self:
        kept = {name: value for name, value in response.headers.items() if name not in RECOMPUTED}
        return cls(fingerprint, response.status_code, kept, bytes(response.body).decode())

    @classmethod
    def opened(cls, sealed: str, key_hash: str, sealer: Sealer) -> Self:
        """Raises Unsealable."""
        return cls(**json.loads(sealer.open(sealed, _purpose(key_hash))))

    def sealed(self, key_hash: str, sealer: Sealer) -> str:
        return sealer.seal(json.dumps(asdict(self)).encode(), _purpose(key_hash))

    def response(self) -> Response:
        """The same response once more, and marked so."""
        return Response(self.body, self.status, self.headers | {REPLAYED: "true"})


def _purpose(key_hash: str) -> str:
    return f"idempotency-key/{key_hash}"
