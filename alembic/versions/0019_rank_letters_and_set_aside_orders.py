"""Rank e-mails by their family, and count the failed tries of e-mail requests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from uservault.db.base import UtcDateTime

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PRIORITIES = {
    0: ("reset_password",),
    1: ("verify_email", "confirm_new_email"),
    2: ("invitation",),
}
INDEX = "ix_letters_priority_next_try_at"


def upgrade() -> None:
    # A node of the version before goes on writing such rows: its e-mails count as notices.
    priority = sa.Column("priority", sa.SmallInteger(), nullable=False, server_default="3")
    op.add_column("letters", priority)
    letters = sa.table("letters", sa.column("priority"), sa.column("template"))
    for number, templates in PRIORITIES.items():
        of_family = letters.c.template.in_(templates)
        op.execute(sa.update(letters).where(of_family).values(priority=number))
    op.create_index(INDEX, "letters", ["priority", "next_try_at"])
    tries = sa.Column("tries", sa.Integer(), nullable=False, server_default="0")
    op.add_column("letter_orders", tries)
    op.add_column("letter_orders", sa.Column("retry_at", UtcDateTime, nullable=True))
    op.add_column("letter_orders", sa.Column("failed_at", UtcDateTime, nullable=True))


def downgrade() -> None:
    op.drop_column("letter_orders", "failed_at")
    op.drop_column("letter_orders", "retry_at")
    op.drop_column("letter_orders", "tries")
    op.drop_index(INDEX, "letters")
    op.drop_column("letters", "priority")
