"""Say of each grant of a role when it counts, why it was made, when and by whom."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from uservault.db.base import UtcDateTime

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ENDS = sa.text("expires_at IS NOT NULL")
# An older version would take them for grants that count at once and for ever.
LIMITED = sa.text(
    "DELETE FROM user_roles WHERE expires_at IS NOT NULL OR starts_at > :now"
).bindparams(sa.bindparam("now", type_=UtcDateTime))


def upgrade() -> None:
    # In place: in a batch, SQLite would make the table anew.
    for column in ("starts_at", "expires_at", "granted_at"):
        op.add_column("user_roles", sa.Column(column, UtcDateTime, nullable=True))
    op.add_column("user_roles", sa.Column("reason", sa.String(length=500), nullable=True))
    op.add_column("user_roles", sa.Column("granted_by", sa.BigInteger(), nullable=True))
    op.create_index(
        op.f("ix_user_roles_expires_at"),
        "user_roles",
        ["expires_at"],
        sqlite_where=ENDS,
        postgresql_where=ENDS,
    )


def downgrade() -> None:
    op.get_bind().execute(LIMITED, {"now": datetime.now(UTC)})
    op.drop_index(op.f("ix_user_roles_expires_at"), table_name="user_roles")
    for column in ("granted_by", "reason", "granted_at", "expires_at", "starts_at"):
        op.drop_column("user_roles", column)
