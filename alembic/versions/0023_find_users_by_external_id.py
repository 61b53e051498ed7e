"""Give users an id of another system, and note their last login."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from uservault.db.base import UtcDateTime, exact

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("users", sa.Column("external_id", exact(255), nullable=True))
    op.add_column("users", sa.Column("last_login_at", UtcDateTime, nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM identifiers WHERE kind = 'external_id'")
    op.drop_column("users", "last_login_at")
    op.drop_column("users", "external_id")
