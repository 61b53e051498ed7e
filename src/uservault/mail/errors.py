from uservault.kit.problems import Conflict, NotFound


class MailNotFound(NotFound):
    title = "There is no such e-mail."


class MailNotFailed(Conflict):
    title = "Only an e-mail that was given up can be tried again."
