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
from uservault.users.models import PARTIAL

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

OPTIONS = {
    "sqlite_autoincrement": True,  # never reuses an id
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
}

# Here, because only Alembic needs them: to check their names, SQLAlchemy loads every driver of
# every database.
for table in metadata.tables.values():
    table.dialect_kwargs.update(OPTIONS)
    for index in table.indexes:
        if "ops" in index.info:
            index.dialect_kwargs["postgresql_ops"] = index.info["ops"]
        if "where" in index.info:
            index.dialect_kwargs.update({f"{name}_where": index.info["where"] for name in PARTIAL})
