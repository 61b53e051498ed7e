"""Note which users registered by themselves, and neither logged in nor verified an address since.

Of those that there are it is not known: they stay.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from uservault.db.base import UtcDateTime

revision: str = "0024"
down_revision: str | None = "0023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

INDEX = "ix_users_provisional_since"
PROVISIONAL = sa.text("provisional_since IS NOT NULL")


# In place: in a batch, SQLite would make the table anew.
def upgrade() -> None:
    op.add_column("users", sa.Column("provisional_since", UtcDateTime, nullable=True))
    op.create_index(
        op.f(INDEX),
        "users",
        ["provisional_since"],
        sqlite_where=PROVISIONAL,
        postgresql_where=PROVISIONAL,
    )


def downgrade() -> None:
    op.drop_index(op.f(INDEX), table_name="users")
    op.drop_column("users", "provisional_since")
