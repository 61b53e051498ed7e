"""Imports every models.py, so that the whole schema is known."""

from uservault.events import models as events
from uservault.kit.db import Base
from uservault.mail import models as mail
from uservault.passwords import models as passwords
from uservault.roles import models as roles
from uservault.users import models as users

__all__ = ["events", "mail", "metadata", "passwords", "roles", "users"]

metadata = Base.metadata
