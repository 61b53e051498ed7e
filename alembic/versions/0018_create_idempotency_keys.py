"""Create idempotency_keys: the answers to requests that may be repeated."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from uservault.db.base import BigId, UtcDateTime, exact

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

USERS = ("user_id", "subject_id")


def upgrade() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("id", BigId, nullable=False),
        sa.Column("key_hash", exact(64), nullable=False),
        *(sa.Column(name, BigId, nullable=True) for name in USERS),
        sa.Column(
            "sealed",
            sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb"),
            nullable=False,
        ),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [name],
                ["users.id"],
                name=op.f(f"fk_idempotency_keys_{name}_users"),
                ondelete="CASCADE",
            )
            for name in USERS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_keys")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_idempotency_keys_key_hash")),
        mariadb_charset="utf8mb4",
        mariadb_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
        sqlite_autoincrement=True,
    )
    for name in (*USERS, "expires_at"):
        op.create_index(op.f(f"ix_idempotency_keys_{name}"), "idempotency_keys", [name])


def downgrade() -> None:
    op.drop_table("idempotency_keys")
