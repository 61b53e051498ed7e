from uservault.access.origin import CurrentOrigin
from uservault.mail.messages import NewDevice
from uservault.mail.notices import Notices
from uservault.mail.recipient import Recipient
from uservault.sessions.device import device_label
from uservault.sessions.reader import SessionReader
from uservault.sessions.sweep import RETENTION
from uservault.users.reader import UserReader
from uservault.wiring.scope import Inject, Now, Shared, injected


@injected
class NewDevices:
    """Tells users of logins that look like nobody's they know."""

    sessions: Shared[SessionReader]
    users: Shared[UserReader]
    notices: Inject[Notices]
    origin: CurrentOrigin
    now: Now

    async def tell(self, user_id: int) -> None:
        """To be called before the session is opened. Of the first one nothing is told.

        Which is the first is known for as long as no session can have been swept. Without one after
        that, the user was away for long, or never came: they are told.
        """
        if not self.notices.has(NewDevice):
            return
        device, address = await device_label(self.origin.user_agent), self.origin.address
        if await self.sessions.knows_device(user_id, device, address):
            return
        user = await self.users.get(user_id)
        is_early = self.now() <= user.created_at + RETENTION
        if is_early and not await self.sessions.has_any(user_id):
            return
        contents = NewDevice(
            username=user.username,
            device=device,
            address=address or "?",
            time=f"{self.now():%Y-%m-%d %H:%M} UTC",
        )
        await self.notices.tell(contents, Recipient.of(user))
