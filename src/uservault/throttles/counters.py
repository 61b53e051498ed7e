from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from sqlalchemy import select

from uservault.limits.throttle import Counted
from uservault.passwords.throttle import LoginThrottle, PasswordThrottle
from uservault.recovery.throttle import CodeClientThrottle, EmailThrottle
from uservault.registration.throttle import RegistrationThrottle
from uservault.telemetry.origin import Client
from uservault.throttles.schemas import ThrottleQuery
from uservault.users.identifiers import Identifier, Kind
from uservault.users.reader import UserReader
from uservault.wiring.ports import Resources


@dataclass(frozen=True, slots=True)
class Named:
    """A counter, and the username or address that it is for; None for the user or the client."""

    counted: Counted
    name: str | None = None


class ThrottleCounters:
    """The counters of a user and of a client. The storage knows digests only, so they are named.

    Those of known devices and of sessions are not among them.
    """

    def __init__(self, resources: Resources) -> None:
        self.database = resources.database
        self.users = resources.shared(UserReader)
        self.login = resources.shared(LoginThrottle)
        self.password = resources.shared(PasswordThrottle)
        self.emails = resources.shared(EmailThrottle)
        self.codes = resources.shared(CodeClientThrottle)
        self.registration = resources.shared(RegistrationThrottle)

    async def of(self, query: ThrottleQuery) -> AsyncIterator[Named]:
        """Raises UserNotFound."""
        if query.user_id is not None:
            await self.users.get(query.user_id)
            for each in await self._of_user(query.user_id, query.network):
                yield each
        if query.network:
            for each in self._of_client(query.network):
                yield each

    async def _of_user(self, id: int, client: Client | None) -> list[Named]:
        theirs = select(Identifier.kind, Identifier.key).where(Identifier.user_id == id)
        rows = await self.database.rows(theirs.order_by(Identifier.kind.desc(), Identifier.key))
        own = [*self.login.of_user(id, client), *self.password.of_user(id)]
        counters = [Named(each) for each in own]
        for row in rows:
            counters += [Named(each, row.key) for each in self.login.of_name(row.key, client)]
            if row.kind == Kind.EMAIL:
                counters += [Named(each, row.key) for each in self.emails.of_address(row.key)]
        return counters

    def _of_client(self, client: Client) -> Iterator[Named]:
        features = (self.login, self.registration, self.emails, self.codes)
        for feature in features:
            yield from map(Named, feature.of_client(client))
