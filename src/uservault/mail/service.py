import json

from uservault.db.base import NOBODY
from uservault.events.log import EventLog
from uservault.kit.crypto import random_token
from uservault.mail.errors import MailNotFailed, MailNotFound
from uservault.mail.events import MailRetried
from uservault.mail.messages import Contents
from uservault.mail.models import Mail
from uservault.mail.rendering import language
from uservault.mail.repository import MailRepository
from uservault.wiring.scope import CurrentSettings, Inject, Now, Sealing, injected


@injected
class Mailer:
    """Queues e-mails. A worker sends them after the unit of work was committed."""

    mails: Inject[MailRepository]
    events: Inject[EventLog]
    sealer: Sealing
    settings: CurrentSettings
    now: Now

    async def queue(
        self, contents: Contents, to: str, locale: str | None = None, user_id: int | None = None
    ) -> Mail:
        """`to`: the address as stored, never as typed by a client (E3)."""
        now = self.now()
        mail = Mail(
            reference=random_token(),
            template=contents.template(),
            locale=language(locale),
            recipient=to,
            user_id=user_id or NOBODY,
            sealed=None,
            created_at=now,
            next_try_at=now,
        )
        fields = json.dumps(contents.fields(self.settings.base_url))
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
