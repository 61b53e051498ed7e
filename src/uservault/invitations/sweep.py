from datetime import datetime, timedelta

from sqlalchemy import ColumnElement

from uservault.invitations.models import Invitation
from uservault.wiring.sweep import Sweep

RETENTION = timedelta(days=30)


class InvitationSweep(Sweep):
    """Deletes invitations 30 days after they expired."""

    model = Invitation
    owners = (Invitation.inviter_id,)

    def is_over(self, now: datetime) -> ColumnElement[bool]:
        return Invitation.expires_at < now - RETENTION
