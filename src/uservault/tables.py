"""Imports every models.py, so that the whole schema is known."""

from uservault.account import models as account
from uservault.events import models as events
from uservault.invitations import models as invitations
from uservault.keys import models as keys
from uservault.kit.db import Base
from uservault.mail import models as mail
from uservault.metadata import models as user_metadata
from uservault.passwords import models as passwords
from uservault.roles import models as roles
from uservault.sessions import models as sessions
from uservault.tickets import models as tickets
from uservault.users import models as users

__all__ = [
    "account",
    "events",
    "invitations",
    "keys",
    "mail",
    "metadata",
    "passwords",
    "roles",
    "sessions",
    "tickets",
    "user_metadata",
    "users",
]

metadata = Base.metadata
