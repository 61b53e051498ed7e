"""Give roles permissions, a description and a version."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from uservault.db.base import UtcDateTime

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Columns are added, and the table never made anew: SQLite would drop the old one, and with it, by
# cascade, who holds which role. So each has a default, for the rows that there are.
BEFORE = "1970-01-01 00:00:00"
COLUMNS = (
    ("description", sa.String(length=500), ""),
    ("permissions", sa.String(length=2000), ""),
    ("created_at", UtcDateTime, BEFORE),
    ("updated_at", UtcDateTime, BEFORE),
    ("version", sa.Integer(), "1"),
)
ROLES = sa.table(
    "roles",
    sa.column("name", sa.String()),
    sa.column("description", sa.String()),
    sa.column("permissions", sa.String()),
    sa.column("created_at", UtcDateTime),
    sa.column("updated_at", UtcDateTime),
)


def upgrade() -> None:
    for name, kind, default in COLUMNS:
        op.add_column("roles", sa.Column(name, kind, nullable=False, server_default=default))
    now = datetime.now(UTC)
    op.execute(ROLES.update().values(created_at=now, updated_at=now))
    everything = {"description": "May do everything.", "permissions": "*"}
    op.execute(ROLES.update().where(ROLES.c.name == "admin").values(everything))


def downgrade() -> None:
    for name, _, _ in reversed(COLUMNS):
        op.drop_column("roles", name)
