from asyncio import to_thread
from collections.abc import Sequence
from datetime import datetime, timedelta

from uservault.events.log import EventLog
from uservault.keys.errors import KeyNotFound, NoKeyPairs, SigningKeyLost
from uservault.keys.events import SigningKeyRetired, SigningKeyRotated
from uservault.keys.lifecycle import KeyLifecycle, grace, lifecycles, signing
from uservault.keys.models import SigningKey
from uservault.keys.pairs import generate, purpose
from uservault.keys.repository import KeyRepository
from uservault.kit.crypto import Sealer, Unsealable
from uservault.wiring.scope import CurrentSettings, Inject, Now, Sealing, injected


@injected
class KeyService:
    """Changes signing keys, for the operator's commands and at start."""

    keys: Inject[KeyRepository]
    events: Inject[EventLog]
    sealer: Sealing
    settings: CurrentSettings
    now: Now

    async def prepare(self) -> None:
        """At start: create the first key, or the first one of a new algorithm. Raises KeyRaced."""
        known = await self._known()
        self._wipe(known)
        if signing(known, self.now()) is None:
            await self._make(known, active_at=self.now())
        elif not any(self._is_last(life) for life in known):
            await self._make(known, active_at=self.now() + self.settings.tokens.key_lead)

    async def rotate(self) -> SigningKey:
        """Publish the next key. It signs after USERVAULT_TOKENS__KEY_LEAD, when all know it.

        Raises NoKeyPairs, KeyRaced, or SigningKeyLost if this process has other sealing keys than
        the servers, which could not decrypt the new key.
        """
        self._require_pairs()
        known = await self._known()
        present = signing(known, self.now())
        if present:
            private_half(self.sealer, present.key)
        self._wipe(known)
        lead = self.settings.tokens.key_lead if present else timedelta(0)
        return await self._make(known, active_at=self.now() + lead)

    async def retire(self, kid: str) -> None:
        """End a key at once, and invalidate all its tokens. Create a new key if none is left.

        Raises NoKeyPairs, KeyNotFound or KeyRaced.
        """
        self._require_pairs()
        key = next((life.key for life in await self._known() if life.key.kid == kid), None)
        if key is None:
            raise KeyNotFound
        if key.retired_at is None:
            key.retired_at, key.private_sealed = self.now(), None
            self.events.record(SigningKeyRetired(subject_id=None, kid=kid))
            await self._replace_the_last()

    async def wipe(self) -> int:
        """Delete the private keys that are not needed any more. Return how many."""
        return self._wipe(await self._known())

    async def _replace_the_last(self) -> None:
        known = await self._known()
        if signing(known, self.now()) is None:
            await self._make(known, active_at=self.now())

    async def _known(self) -> Sequence[KeyLifecycle]:
        return lifecycles(await self.keys.every(), grace(self.settings.tokens))

    def _wipe(self, known: Sequence[KeyLifecycle]) -> int:
        gone = [life.key for life in known if not life.is_published(self.now())]
        spent = [key for key in gone if key.private_sealed]
        for key in spent:
            key.private_sealed = None
        return len(spent)

    def _is_last(self, life: KeyLifecycle) -> bool:
        """Whether the key signs without an end, with the algorithm of the settings."""
        return life.signs_to is None and life.key.algorithm == self.settings.tokens.algorithm

    async def _make(self, known: Sequence[KeyLifecycle], active_at: datetime) -> SigningKey:
        pair = await to_thread(generate, self.settings.tokens.algorithm)
        key = SigningKey(
            id=max((life.key.id for life in known), default=0) + 1,
            kid=pair.kid,
            algorithm=self.settings.tokens.algorithm,
            public_jwk=pair.public_jwk,
            private_sealed=self.sealer.seal(pair.private, purpose(pair.kid)),
            created_at=self.now(),
            active_at=active_at,
        )
        await self.keys.save(key)
        self.events.record(
            SigningKeyRotated(
                subject_id=None, kid=key.kid, algorithm=key.algorithm, active_at=active_at
            )
        )
        return key

    def _require_pairs(self) -> None:
        if self.settings.tokens.algorithm == "HS256":
            raise NoKeyPairs


def private_half(sealer: Sealer, key: SigningKey) -> bytes:
    """Decrypt the private key. Raises SigningKeyLost."""
    try:
        return sealer.open(key.private_sealed or "", purpose(key.kid))
    except (Unsealable, ValueError) as error:
        raise SigningKeyLost from error
