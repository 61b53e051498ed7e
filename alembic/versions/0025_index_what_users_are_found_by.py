"""Index what users are sorted by and searched for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0025"
down_revision: str | None = "0024"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SORTED_BY = ("created_at", "last_login_at")
PARTIAL = {
    "ix_users_inactive": sa.text("NOT is_active"),
    "ix_users_unverified": sa.text("email_verified_at IS NULL"),
}
PREFIX = "ix_identifiers_prefix"


def upgrade() -> None:
    for column in SORTED_BY:
        op.create_index(op.f(f"ix_users_{column}_id"), "users", [column, "id"])
    if _dialect() in ("sqlite", "postgresql"):
        for name, where in PARTIAL.items():
            condition = {"sqlite_where": where, "postgresql_where": where}
            op.create_index(op.f(name), "users", ["id"], **condition)
    if _dialect() == "postgresql":
        by_bytes = {"key": "varchar_pattern_ops"}
        op.create_index(op.f(PREFIX), "identifiers", ["kind", "key"], postgresql_ops=by_bytes)


def downgrade() -> None:
    if _dialect() == "postgresql":
        op.drop_index(op.f(PREFIX), table_name="identifiers")
    if _dialect() in ("sqlite", "postgresql"):
        for name in PARTIAL:
            op.drop_index(op.f(name), table_name="users")
    for column in SORTED_BY:
        op.drop_index(op.f(f"ix_users_{column}_id"), table_name="users")


def _dialect() -> str:
    return op.get_bind().dialect.name
