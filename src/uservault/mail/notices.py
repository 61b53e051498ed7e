from uservault.mail.messages import Contents
from uservault.mail.recipient import Recipient
from uservault.mail.service import Mailer
from uservault.wiring.scope import CurrentSettings, Inject, injected


@injected
class Notices:
    """E-mails about changes to a user's account. The operator turns each kind on or off."""

    mailer: Inject[Mailer]
    settings: CurrentSettings

    def has(self, kind: type[Contents]) -> bool:
        """Whether e-mails of this kind are turned on."""
        return self.settings.notifies(kind.template())

    async def tell(self, contents: Contents, to: Recipient) -> None:
        """Left out if there were too many."""
        kind = type(contents)
        if self.has(kind) and (admitted := await self.mailer.offer(kind, to)):
            await self.mailer.queue(contents, admitted)
