from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from uservault.keys.errors import KeyRaced
from uservault.keys.models import SigningKey
from uservault.wiring.repository import Repository


class KeyRepository(Repository[SigningKey]):
    model = SigningKey

    async def every(self) -> Sequence[SigningKey]:
        """In the order of creation."""
        return (await self.session.scalars(select(SigningKey).order_by(SigningKey.id))).all()

    async def save(self, row: SigningKey) -> SigningKey:
        """Raises KeyRaced if another process has saved a key with this id."""
        try:
            return await super().save(row)
        except IntegrityError as error:
            raise KeyRaced from error
