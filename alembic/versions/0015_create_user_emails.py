"""Create user_emails: the further addresses of users."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from uservault.db.base import BigId, UtcDateTime, exact

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

FURTHER = (
    "DELETE FROM identifiers WHERE kind = 'email' AND EXISTS (SELECT 1 FROM user_emails"
    " WHERE user_emails.user_id = identifiers.user_id AND user_emails.key = identifiers.key)"
)


def upgrade() -> None:
    op.create_table(
        "user_emails",
        sa.Column("user_id", BigId, autoincrement=False, nullable=False),
        sa.Column("key", exact(320), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("verified_at", UtcDateTime, nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_user_emails_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_user_emails")),
        mariadb_charset="utf8mb4",
        mariadb_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Only the primary addresses stay."""
    op.execute(FURTHER)
    op.drop_table("user_emails")
