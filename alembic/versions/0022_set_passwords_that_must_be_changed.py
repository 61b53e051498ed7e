"""Note which passwords an administrator set, and the user must change."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # A node of the version before goes on writing rows without it.
    must_change = sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("passwords", must_change)


def downgrade() -> None:
    op.drop_column("passwords", "must_change")
