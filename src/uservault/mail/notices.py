from uservault.mail.messages import Contents
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

    async def tell(self, contents: Contents, to: str, locale: str | None, user_id: int) -> None:
        if self.has(type(contents)):
            await self.mailer.queue(contents, to, locale, user_id)
