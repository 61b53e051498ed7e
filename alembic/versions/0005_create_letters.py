"""Create letters: the queue of mail, and the record of what became of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from uservault.db.base import BigId, UtcDateTime, exact

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "letters",
        sa.Column("id", BigId, nullable=False),
        sa.Column("reference", exact(43), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("next_try_at", UtcDateTime, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("leased_by", exact(43), nullable=True),
        sa.Column("sent_at", UtcDateTime, nullable=True),
        sa.Column("failed_at", UtcDateTime, nullable=True),
        sa.Column("last_error", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        mariadb_charset="utf8mb4",
        mariadb_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_letters_failed_at"), ["failed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_next_try_at"), ["next_try_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_sent_at"), ["sent_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_letters_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("letters", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_letters_user_id"))
        batch_op.drop_index(batch_op.f("ix_letters_sent_at"))
        batch_op.drop_index(batch_op.f("ix_letters_next_try_at"))
        batch_op.drop_index(batch_op.f("ix_letters_failed_at"))

    op.drop_table("letters")
