from dataclasses import dataclass

from uservault.kit.crypto import digest, random_code, random_token
from uservault.one_time_tokens.codes import Codes
from uservault.one_time_tokens.errors import OneTimeTokenInvalid
from uservault.one_time_tokens.models import OneTimeToken
from uservault.one_time_tokens.purposes import OF_ADDRESS, Purpose
from uservault.one_time_tokens.reader import LiveToken, OneTimeTokenReader, live_token
from uservault.one_time_tokens.repository import OneTimeTokenRepository
from uservault.wiring.scope import Inject, Now, Shared, injected

MAX_TRIES = 5  # of a code


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """What the e-mail says: a token of 256 bits, or a code of six digits for the signed-in user."""

    token: str
    code: str


@injected
class OneTimeTokenService:
    """Proofs that one reads what is sent to an address. Each is good once, and for one purpose."""

    one_time_tokens: Inject[OneTimeTokenRepository]
    reader: Shared[OneTimeTokenReader]
    codes: Shared[Codes]
    now: Now

    async def issue(self, purpose: Purpose, user_id: int, address: str) -> Issued:
        """From now on the only one of its purpose that is good for the user."""
        await self.void(user_id, purpose)
        issued = Issued(random_token(), random_code())
        token_hash, now = digest(issued.token), self.now()
        one_time_token = OneTimeToken(
            purpose=purpose,
            user_id=user_id,
            address=address,
            token_hash=token_hash,
            code_hash=self.codes.digest(token_hash, issued.code) if purpose in OF_ADDRESS else None,
            created_at=now,
            expires_at=now + purpose.lifetime,
        )
        await self.one_time_tokens.save(one_time_token)
        return issued

    async def find(self, token: str, *purposes: Purpose) -> LiveToken:
        """Raises OneTimeTokenInvalid."""
        if one_time_token := await self.reader.live(token, purposes):
            return one_time_token
        raise OneTimeTokenInvalid

    async def find_by_code(self, user_id: int, code: str) -> LiveToken:
        """Of the last e-mail to an address of theirs; after five tries only its link is good.

        Raises OneTimeTokenInvalid.
        """
        theirs = (OneTimeToken.user_id == user_id) & OneTimeToken.purpose.in_(OF_ADDRESS)
        live = theirs & OneTimeToken.used_at.is_(None) & (OneTimeToken.expires_at > self.now())
        one_time_token = await self.one_time_tokens.newest(live)
        if one_time_token is None:
            raise OneTimeTokenInvalid
        left = (OneTimeToken.id == one_time_token.id) & (OneTimeToken.tries < MAX_TRIES)
        counted = await self.one_time_tokens.count_try(left)
        if not counted or not self.codes.is_right(
            one_time_token.token_hash, code, one_time_token.code_hash or ""
        ):
            raise OneTimeTokenInvalid
        return live_token(one_time_token)

    async def use(self, one_time_token: LiveToken) -> None:
        """Of many at once, one. Raises OneTimeTokenInvalid."""
        live = (OneTimeToken.id == one_time_token.id) & (OneTimeToken.expires_at > self.now())
        if not await self.one_time_tokens.spend(live, self.now()):
            raise OneTimeTokenInvalid

    async def void(self, user_id: int, *purposes: Purpose) -> None:
        theirs = (OneTimeToken.user_id == user_id) & OneTimeToken.purpose.in_(
            purposes or tuple(Purpose)
        )
        await self.one_time_tokens.spend(theirs, self.now())
