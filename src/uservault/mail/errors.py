from uservault.kit.problems import Conflict, NotFound


class LetterNotFound(NotFound):
    title = "There is no such letter."


class LetterNotFailed(Conflict):
    title = "Only a letter that was given up can be tried again."
