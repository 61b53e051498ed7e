"""Imports every models.py, so that `metadata` knows the whole schema."""

from uservault.db.base import Base
from uservault.events import models as events
from uservault.idempotency import models as idempotency
from uservault.invitations import models as invitations
from uservault.keys import models as keys
from uservault.mail import models as mail
from uservault.metadata import models as user_metadata
from uservault.one_time_tokens import models as one_time_tokens
from uservault.passwords import models as passwords
from uservault.privacy import models as privacy
from uservault.recovery import models as recovery
from uservault.roles import models as roles
from uservault.sessions import models as sessions
from uservault.users import models as users

__all__ = [
    "events",
    "idempotency",
    "invitations",
    "keys",
    "mail",
    "metadata",
    "one_time_tokens",
    "passwords",
    "privacy",
    "recovery",
    "roles",
    "sessions",
    "user_metadata",
    "users",
]

metadata = Base.metadata

# Only Alembic needs them, and to check their names SQLAlchemy loads every driver of MySQL.
for table in metadata.tables.values():
    for dialect in ("mysql", "mariadb"):
        table.dialect_kwargs[f"{dialect}_engine"] = "InnoDB"
        table.dialect_kwargs[f"{dialect}_charset"] = "utf8mb4"
