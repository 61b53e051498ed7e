"""Create tickets and letter_orders; let addresses be verified, and users have a language."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from uservault.db.base import BigId, UtcDateTime, exact

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Columns are added and dropped in place: SQLite would make the table anew in a batch, and take by
# cascade what hangs on its rows.
COLUMNS = (("email_verified_at", UtcDateTime), ("locale", sa.String(length=35)))
# Who ran the service when there was no proof to ask for is not to be locked out by asking.
ADMINISTRATORS = (
    "UPDATE users SET email_verified_at = created_at WHERE id IN (SELECT user_id FROM user_roles"
    " JOIN roles ON roles.id = user_roles.role_id WHERE roles.name = 'admin')"
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("users", sa.Column(name, kind, nullable=True))
    op.execute(ADMINISTRATORS)
    op.create_table(
        "tickets",
        sa.Column("id", BigId, nullable=False),
        sa.Column("purpose", exact(32), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("token_hash", exact(64), nullable=False),
        sa.Column("code_hash", exact(64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_tickets_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tickets_token_hash")),
        mariadb_charset="utf8mb4",
        mariadb_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_user_id"), ["user_id"], unique=False)

    op.create_table(
        "letter_orders",
        sa.Column("id", BigId, nullable=False),
        sa.Column("purpose", exact(32), nullable=False),
        sa.Column("email_key", exact(320), nullable=False),
        sa.Column("ordered_at", UtcDateTime, nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("user_agent", sa.String(length=256), nullable=True),
        sa.Column("request_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_orders")),
        mariadb_charset="utf8mb4",
        mariadb_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("letter_orders")
    op.drop_table("tickets")
    for name, _ in reversed(COLUMNS):
        op.drop_column("users", name)
