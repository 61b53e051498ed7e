from uservault.events.log import Event


class MailLeftOut(Event):
    """There were too many of them. Only the first in each window is recorded."""

    type = "mail.left_out"
    template: str


class MailRetried(Event):
    type = "mail.retried"
    letter_id: int
