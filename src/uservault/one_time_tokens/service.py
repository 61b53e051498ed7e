import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import true

from uservault.db.base import NOBODY
from uservault.kit.crypto import digest, random_code
from uservault.kit.identity import email_key
from uservault.one_time_tokens.codes import Codes
from uservault.one_time_tokens.errors import OneTimeTokenInvalid
from uservault.one_time_tokens.models import OneTimeToken
from uservault.one_time_tokens.purposes import OF_ADDRESS, Purpose
from uservault.one_time_tokens.reader import (
    LiveToken,
    OneTimeTokenReader,
    live_token,
    sealed_for,
    token_of,
)
from uservault.one_time_tokens.repository import OneTimeTokenRepository
from uservault.one_time_tokens.throttle import CodeThrottle
from uservault.wiring.scope import Inject, Now, Sealing, Shared, injected

MAX_TRIES = 5  # of a code


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """A token of 256 bits that names its user. Its code has six digits."""

    id: int
    token: str
    code: str


@injected
class OneTimeTokenService:
    """Issues one-time tokens, and lets each be used once, for its purpose."""

    one_time_tokens: Inject[OneTimeTokenRepository]
    reader: Shared[OneTimeTokenReader]
    codes: Shared[Codes]
    throttle: Shared[CodeThrottle]
    sealer: Sealing
    now: Now

    async def issue(
        self,
        purpose: Purpose,
        user_id: int = NOBODY,
        address: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> Issued:
        """Voids the user's earlier ones for the purpose. `data` (JSON) is encrypted.

        A user can add several addresses at a time: only those to the same one are void. A user
        invites many people: their invitations are void by the epoch alone.
        """
        if user_id != NOBODY and purpose is not Purpose.INVITATION:
            only = address if purpose is Purpose.ADD_EMAIL else None
            await self.void(user_id, purpose, address=only)
        token, code, now = token_of(user_id), random_code(), self.now()
        token_hash = digest(token)
        one_time_token = OneTimeToken(
            purpose=purpose,
            user_id=user_id,
            epoch=await self.one_time_tokens.epoch(user_id),
            address=address,
            token_hash=token_hash,
            code_hash=self.codes.digest(token_hash, code) if purpose in OF_ADDRESS else None,
            sealed=self._sealed(data, token_hash),
            created_at=now,
            expires_at=now + purpose.lifetime,
        )
        await self.one_time_tokens.save(one_time_token)
        return Issued(one_time_token.id, token, code)

    async def find(self, token: str, *purposes: Purpose) -> LiveToken:
        """Raises OneTimeTokenInvalid."""
        if found := await self.reader.live(token, purposes):
            return found
        raise OneTimeTokenInvalid

    async def find_by_code(self, user_id: int, code: str) -> LiveToken:
        """Of the last e-mail to an address of the user. After five tries only its link works.

        Raises OneTimeTokenInvalid, or TooManyTries for the address.
        """
        theirs = self.reader.valid(*OF_ADDRESS).where(OneTimeToken.user_id == user_id)
        found = await self.one_time_tokens.newest(theirs)
        if found is None or not await self._has_try(found.id):
            raise OneTimeTokenInvalid
        await self.throttle.admit(found.address)
        if not self.codes.is_right(found.token_hash, code, found.code_hash or ""):
            raise OneTimeTokenInvalid
        await self.throttle.forgive(found.address)
        return live_token(found, self.sealer)

    async def find_by_address(self, user_id: int, address: str, code: str) -> LiveToken:
        """Of the last e-mail that verifies this primary address, for who is not logged in.

        Every try counts for the address, and an unknown address costs the same work. Raises like
        `find_by_code`.
        """
        await self.throttle.admit(address)
        theirs = self.reader.valid(Purpose.VERIFY_EMAIL).where(OneTimeToken.user_id == user_id)
        found = await self.one_time_tokens.newest(theirs)
        if found and email_key(found.address) != email_key(address):
            found = None  # or each address of a user would have tries of its own
        counted = await self._has_try(found.id if found else NOBODY)
        hash, kept = (found.token_hash, found.code_hash) if found else ("", None)
        right = self.codes.is_right(hash, code, kept or "")
        if found is None or not (counted and right):
            raise OneTimeTokenInvalid
        await self.throttle.forgive(address)
        return live_token(found, self.sealer)

    async def use(self, token: LiveToken) -> None:
        """Of many at once, one succeeds. Raises OneTimeTokenInvalid."""
        if not await self.one_time_tokens.spend_one(token.owner, token.id, self.now()):
            raise OneTimeTokenInvalid

    async def last_address(self, user_id: int, purpose: Purpose) -> str | None:
        """Where the user's last one for the purpose was sent, if it can still be used."""
        theirs = self.reader.valid(purpose).where(OneTimeToken.user_id == user_id)
        found = await self.one_time_tokens.newest(theirs)
        return found.address if found else None

    async def void(self, user_id: int, *purposes: Purpose, address: str | None = None) -> None:
        """All of the user, or those for the given purposes, or those to the given address."""
        theirs = OneTimeToken.user_id == user_id
        if address is not None:
            theirs &= OneTimeToken.address == address
        chosen = OneTimeToken.purpose.in_(purposes or tuple(Purpose))
        await self.one_time_tokens.spend(theirs & chosen, self.now())

    async def void_all(self, user_ids: Sequence[int]) -> None:
        """Whatever was issued to the users before, for whatever purpose (I4)."""
        if user_ids:
            await self.one_time_tokens.raise_epochs(user_ids)

    async def void_everything(self) -> None:
        """Whatever was issued to anybody."""
        await self.one_time_tokens.spend(true(), self.now())

    async def void_one(self, id: int) -> None:
        await self.one_time_tokens.spend(OneTimeToken.id == id, self.now())

    async def _has_try(self, id: int) -> bool:
        """Counts one try of the code."""
        left = (OneTimeToken.id == id) & (OneTimeToken.tries < MAX_TRIES)
        return await self.one_time_tokens.count_try(left)

    def _sealed(self, data: Mapping[str, Any] | None, token_hash: str) -> str | None:
        if data is None:
            return None
        return self.sealer.seal(json.dumps(data).encode(), sealed_for(token_hash))
