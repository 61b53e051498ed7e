from uservault.kit.problems import Conflict, NotFound


class EmailNotFound(NotFound):
    title = "You do not have this e-mail address."


class EmailAlreadyYours(Conflict):
    title = "You have this e-mail address already."


class TooManyEmails(Conflict):
    title = "You cannot have more than 10 e-mail addresses."


class PrimaryEmail(Conflict):
    title = "You cannot remove your primary e-mail address. Make another one primary first."
