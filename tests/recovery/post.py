"""The post: what a worker sends, and what people find in their e-mails."""

import re
from dataclasses import dataclass

from tests.mail.queue import outbox
from uservault.mail.delivery import Delivery
from uservault.recovery.email_request_job import EmailRequestJob
from uservault.wiring.ports import Resources

TOKEN = re.compile(r"#token=([\w-]{45,})$", re.MULTILINE)
CODE = re.compile(r"^([0-9]{6})$", re.MULTILINE)


@dataclass
class Received:
    to: str
    subject: str
    text: str

    @property
    def token(self) -> str:
        found = TOKEN.search(self.text)
        assert found
        return found[1]

    @property
    def code(self) -> str:
        found = CODE.search(self.text)
        assert found
        return found[1]


async def post(resources: Resources) -> list[Received]:
    """What has been sent since the last time, once there is nothing more to send."""
    while await EmailRequestJob(resources).run_once():
        pass
    while await Delivery(resources).run_once():
        pass
    sent = outbox(resources).sent
    received = [
        Received(
            to=str(message["To"]),
            subject=str(message["Subject"]),
            text=message.get_body(("plain",)).get_content(),  # type: ignore[union-attr]
        )
        for message in sent
    ]
    sent.clear()
    return received


async def mail(resources: Resources) -> Received:
    """The one e-mail that was sent since the last time."""
    (only,) = await post(resources)
    return only
