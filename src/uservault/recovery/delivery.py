from uservault.mail.delivery import Delivery
from uservault.mail.models import Mail
from uservault.one_time_tokens.purposes import Purpose
from uservault.recovery.throttle import EmailThrottle

REQUESTED = {
    "reset_password": Purpose.RESET_PASSWORD,
    "verify_email": Purpose.VERIFY_EMAIL,
}


class RequestedDelivery(Delivery):
    """An e-mail that expired while it waited does not count as a request, either."""

    async def _uncount(self, mail: Mail) -> None:
        await super()._uncount(mail)
        if purpose := REQUESTED.get(mail.template):
            throttle = self.resources.shared(EmailThrottle)
            await throttle.give_back(purpose, mail.recipient, mail.created_at)
