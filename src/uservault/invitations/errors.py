from uservault.kit.problems import NotFound


class InvitationNotFound(NotFound):
    title = "There is no such invitation, or not any more."
