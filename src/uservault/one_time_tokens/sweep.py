from datetime import datetime

from sqlalchemy import ColumnElement

from uservault.one_time_tokens.models import OneTimeToken
from uservault.wiring.sweep import Sweep


class OneTimeTokenSweep(Sweep):
    """Deletes one-time tokens that have expired."""

    model = OneTimeToken
    owners = (OneTimeToken.user_id,)

    def is_over(self, now: datetime) -> ColumnElement[bool]:
        return OneTimeToken.expires_at <= now
