"""Create user_metadata: what others keep on a user, as JSON objects."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from uservault.db.base import BigId

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "user_metadata",
        sa.Column("user_id", BigId, autoincrement=False, nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("metadata_public", sa.JSON(), nullable=False),
        sa.Column("metadata_admin", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_user_metadata_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_user_metadata")),
        mariadb_charset="utf8mb4",
        mariadb_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("user_metadata")
