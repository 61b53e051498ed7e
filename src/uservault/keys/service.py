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
    """What is done with signing keys, by whoever runs the service and by its start."""

    keys: Inject[KeyRepository]
    events: Inject[EventLog]
    sealer: Sealing
    settings: CurrentSettings
    now: Now

    async def prepare(self) -> None:
        """At start: makes the first key, or the first of another algorithm. Raises KeyRaced."""
        known = await self._known()
        self._wipe(known)
        if signing(known, self.now()) is None:
            await self._make(known, active_at=self.now())
        elif not any(self._is_last(life) for life in known):
            await self._make(known, active_at=self.now() + self.settings.tokens.key_lead)

    async def rotate(self) -> SigningKey:
        """Publishes the next key, which signs when everybody knows it.

        Raises NoKeyPairs, KeyRaced, and SigningKeyLost where the servers' sealing keys are not
        ours: they could not open what we make.
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
        """Ends a key at once, and all that it signed; if it was the last, another takes its place.

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
        """Private halves of keys that are gone, removed; how many."""
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
        """Whether the key signs until further notice, as the settings want it."""
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
    """Opens it. Raises SigningKeyLost."""
    try:
        return sealer.open(key.private_sealed or "", purpose(key.kid))
    except (Unsealable, ValueError) as error:
        raise SigningKeyLost from error
