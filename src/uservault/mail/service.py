import json

from uservault.events.log import EventLog
from uservault.kit.crypto import random_token
from uservault.kit.wiring import CurrentSettings, Inject, Now, Sealing
from uservault.mail.errors import LetterNotFailed, LetterNotFound
from uservault.mail.events import LetterRetried
from uservault.mail.letters import Contents
from uservault.mail.models import Letter
from uservault.mail.rendering import language
from uservault.mail.repository import LetterRepository


class Mailer:
    """Queues letters. A worker sends them, once the unit of work that queued them is committed."""

    def __init__(
        self,
        letters: Inject[LetterRepository],
        events: Inject[EventLog],
        sealer: Sealing,
        settings: CurrentSettings,
        now: Now,
    ) -> None:
        self.letters = letters
        self.events = events
        self.sealer = sealer
        self.settings = settings
        self.now = now

    async def queue(
        self, contents: Contents, to: str, locale: str | None = None, user_id: int | None = None
    ) -> Letter:
        """`to` is the address as it is kept, never as somebody typed it (E3)."""
        now = self.now()
        letter = Letter(
            reference=random_token(),
            template=contents.template(),
            locale=language(locale),
            recipient=to,
            user_id=user_id,
            sealed=None,
            created_at=now,
            next_try_at=now,
        )
        fields = json.dumps(contents.fields(self.settings.base_url))
        letter.sealed = self.sealer.seal(fields.encode(), letter.purpose)
        return await self.letters.save(letter)

    async def retry(self, id: int) -> Letter:
        """Queues a letter again that was given up. Raises LetterNotFound or LetterNotFailed."""
        letter = await self.letters.get(id)
        if letter is None:
            raise LetterNotFound
        if letter.failed_at is None:
            raise LetterNotFailed
        letter.failed_at = None
        letter.tries = 0
        letter.next_try_at = self.now()
        self.events.record(LetterRetried(subject_id=letter.user_id, letter_id=id))
        return await self.letters.save(letter)
