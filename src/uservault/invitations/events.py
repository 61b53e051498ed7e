from uservault.events.log import Event


class InvitationCreated(Event):
    type = "invitation.created"
    invitation_id: int
    roles: list[str]


class InvitationResent(Event):
    type = "invitation.resent"
    invitation_id: int


class InvitationRevoked(Event):
    type = "invitation.revoked"
    invitation_id: int


class InvitationAccepted(Event):
    """The subject is the new user."""

    type = "invitation.accepted"
    invitation_id: int
    inviter_id: int
