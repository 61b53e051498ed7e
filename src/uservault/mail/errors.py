from uservault.kit.problems import Conflict, NotFound


class MailNotFound(NotFound):
    title = "There is no such e-mail."


class MailNotFailed(Conflict):
    title = "Only a failed e-mail can be retried."
