from uservault.kit.problems import NotFound


class InvitationNotFound(NotFound):
    title = "The invitation does not exist or has ended."
