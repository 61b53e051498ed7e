import json
from contextlib import suppress

from uservault.access.guard import MaybePrincipal
from uservault.access.origin import MaybeOrigin
from uservault.db.base import NOBODY
from uservault.events.log import EventLog
from uservault.events.refusals import first_refusal_recorded
from uservault.kit.crypto import random_token
from uservault.limits.errors import TooManyTries
from uservault.mail.errors import MailNotFailed, MailNotFound
from uservault.mail.events import MailLeftOut, MailRetried
from uservault.mail.gate import Admitted, MailGate
from uservault.mail.language import language
from uservault.mail.messages import Contents
from uservault.mail.models import Mail
from uservault.mail.recipient import Recipient
from uservault.mail.repository import MailRepository
from uservault.wiring.scope import CurrentSettings, Inject, Now, Sealing, Shared, injected


@injected
class Mailer:
    """Queues e-mails. A worker sends them after the unit of work was committed."""

    mails: Inject[MailRepository]
    gate: Shared[MailGate]
    events: Inject[EventLog]
    actor: MaybePrincipal
    origin: MaybeOrigin
    sealer: Sealing
    settings: CurrentSettings
    now: Now

    async def admit(self, kind: type[Contents], to: Recipient) -> Admitted:
        """For an e-mail that is what the caller asked for. Call it before you write anything.

        Raises TooManyTries.
        """
        left_out = MailLeftOut(subject_id=to.user_id, template=kind.template())
        with first_refusal_recorded(self.events, left_out):
            return await self.gate.admit(kind, to, self.actor, self.origin)

    async def offer(self, kind: type[Contents], to: Recipient) -> Admitted | None:
        """For an e-mail that goes with something else, which must succeed without it.

        None if there were too many.
        """
        with suppress(TooManyTries):
            return await self.admit(kind, to)
        return None

    async def queue(self, contents: Contents, admitted: Admitted) -> Mail:
        now, to = self.now(), admitted.to
        mail = Mail(
            reference=random_token(),
            template=contents.template(),
            locale=language(to.locale),
            recipient=to.address,
            user_id=to.user_id or NOBODY,
            sealed=None,
            created_at=now,
            next_try_at=now,
            priority=contents.family,
        )
        fields = json.dumps(contents.fields(self.settings.base_url, proved=to.proved))
        mail.sealed = self.sealer.seal(fields.encode(), mail.purpose)
        return await self.mails.save(mail)

    async def retry(self, id: int) -> Mail:
        """Queue a failed e-mail again. Raises MailNotFound or MailNotFailed."""
        mail = await self.mails.find(id)
        if mail is None:
            raise MailNotFound
        if mail.failed_at is None:
            raise MailNotFailed
        mail.failed_at = None
        mail.tries = 0
        mail.next_try_at = self.now()
        self.events.record(MailRetried(subject_id=mail.user_id or None, letter_id=id))
        return await self.mails.save(mail)
