"""Limits the e-mails that anybody but the operator can cause (I5)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from uservault.access.principal import Permission, Principal
from uservault.kit.identity import email_key
from uservault.limits.errors import TooManyTries
from uservault.limits.limit import Limit
from uservault.limits.throttle import Throttle
from uservault.mail.messages import Contents, Family
from uservault.mail.recipient import Recipient
from uservault.telemetry.origin import Origin
from uservault.wiring.ports import Resources

Counted: TypeAlias = tuple[Limit, str, str | None]  # a limit, and what it counts
ADMINISTRATORS = {
    Permission.USERS_WRITE,
    Permission.USERS_RECOVER,
    Permission.ROLES_WRITE,
    Permission.INVITATIONS_WRITE,
}


@dataclass(frozen=True, slots=True, repr=False)
class Admitted:
    """A recipient of one more e-mail. Only the gate makes it, so no e-mail passes beside it."""

    to: Recipient


class MailGate:
    """Limits e-mails per recipient, per actor and per client network, each family by itself.

    A thief must not suppress the notice of their deed with a flood before it. So a notice to an
    address that its user has proved counts only against that address, and each kind by itself: as
    many e-mails of the kind have told the user already. Strangers cannot cause one.

    An unproved address may be a stranger's, so a notice to it counts like every other e-mail. A
    flood of notices from one network can therefore suppress it.
    """

    def __init__(self, resources: Resources) -> None:
        rates = resources.settings.limits
        self.now = resources.clock
        self.throttle = Throttle(resources.counters)
        self.recipient = Limit.parsed("mails-recipient", rates.mails_per_recipient)
        self.client = Limit.parsed("mails-client", rates.mails_per_client)
        self.actor = Limit.parsed("mails-actor", rates.mails_per_actor)
        self.administrator = Limit.parsed("mails-administrator", rates.mails_per_administrator)

    async def admit(
        self, kind: type[Contents], to: Recipient, actor: Principal | None, origin: Origin | None
    ) -> Admitted:
        """Workers and the command line have no actor and no origin. Raises TooManyTries."""
        key = email_key(to.address)
        if to.proved and kind.family is Family.NOTICE:
            await self._take((self.recipient, kind.template(), key))
        else:
            family = kind.family.name
            causes = self._causes(family, actor, origin)
            await self._take((self.recipient, family, key), *causes)
        return Admitted(to)

    async def give_back(self, family: Family, address: str, queued_at: datetime) -> None:
        """Uncounts an e-mail that was not sent, if its recipient's count still goes on."""
        if self.now() < queued_at + timedelta(seconds=self.recipient.window):
            await self.throttle.give_back(self.recipient, family.name, email_key(address))

    def _causes(
        self, family: str, actor: Principal | None, origin: Origin | None
    ) -> Iterator[Counted]:
        """Administrators act for many users: they have a limit of their own, wherever they are."""
        if actor and actor.permissions & ADMINISTRATORS:
            yield self.administrator, family, str(actor.user_id)
            return
        if actor:
            yield self.actor, family, str(actor.user_id)
        if origin:
            yield self.client, family, origin.client.network

    async def _take(self, *counted: Counted) -> None:
        """Counts only what is sent: one user's refusals do not use up the limit of a network."""
        for number, each in enumerate(counted):
            try:
                await self.throttle.take(*each)
            except TooManyTries:
                for taken in counted[:number]:
                    await self.throttle.give_back(*taken)
                raise
