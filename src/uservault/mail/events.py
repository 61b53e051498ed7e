from uservault.events.log import Event


class MailRetried(Event):
    type = "mail.retried"
    letter_id: int
