from uservault.mail.messages import Contents
from uservault.mail.service import Mailer
from uservault.wiring.scope import CurrentSettings, Inject, injected


@injected
class Notices:
    """E-mails that tell users what was done to their account: those that the operator wants."""

    mailer: Inject[Mailer]
    settings: CurrentSettings

    def has(self, kind: type[Contents]) -> bool:
        """Whether users are told by e-mails of this kind."""
        return self.settings.notifies(kind.template())

    async def tell(self, contents: Contents, to: str, locale: str | None, user_id: int) -> None:
        if self.has(type(contents)):
            await self.mailer.queue(contents, to, locale, user_id)
