"""Mark deleted users, who can be restored for a while."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from uservault.db.base import UtcDateTime

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX = "ix_users_deleted_at"
DELETED = sa.text("deleted_at IS NOT NULL")


# In place, and the table never made anew: SQLite would drop the old one, and with it, by cascade,
# what hangs on users.
def upgrade() -> None:
    op.add_column("users", sa.Column("deleted_at", UtcDateTime, nullable=True))
    if _has_partial_indexes():
        op.create_index(
            op.f(INDEX), "users", ["deleted_at"], sqlite_where=DELETED, postgresql_where=DELETED
        )


def downgrade() -> None:
    """Whoever is marked would be back: they are deleted now."""
    op.execute("DELETE FROM users WHERE deleted_at IS NOT NULL")
    if _has_partial_indexes():
        op.drop_index(op.f(INDEX), "users")
    op.drop_column("users", "deleted_at")


def _has_partial_indexes() -> bool:
    return op.get_bind().dialect.name in ("sqlite", "postgresql")
