from uservault.events.log import Event


class LetterRetried(Event):
    type = "mail.retried"
    letter_id: int
