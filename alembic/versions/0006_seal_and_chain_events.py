"""Seal and chain events, and index them in the order in which they are listed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from uservault.db.base import BigId, UtcDateTime, exact

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COLUMNS = (
    ("personal", sa.JSON()),
    ("salt", exact(43)),
    ("fingerprint", exact(43)),
    ("seal", exact(43)),
)
SINGLE = ("actor_id", "at", "subject_id", "type")
IN_ORDER = {
    "ix_events_actor_id_at_id": ["actor_id", "at", "id"],
    "ix_events_at_id": ["at", "id"],
    "ix_events_subject_id_at_id": ["subject_id", "at", "id"],
    "ix_events_type_at_id": ["type", "at", "id"],
}


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("events", sa.Column(name, kind, nullable=True))
    for index, columns in IN_ORDER.items():
        op.create_index(index, "events", columns)
    for name in SINGLE:
        op.drop_index(f"ix_events_{name}", "events")
    op.create_table(
        "event_links",
        sa.Column("position", BigId, autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("seal", exact(43), nullable=False),
        sa.Column("digest", exact(43), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_event_links")),
        sa.UniqueConstraint("event_id", name=op.f("uq_event_links_event_id")),
        sa.UniqueConstraint("seal", name=op.f("uq_event_links_seal")),
        mariadb_charset="utf8mb4",
        mariadb_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "event_chain",
        sa.Column("id", BigId, autoincrement=False, nullable=False),
        sa.Column("began_at", UtcDateTime, nullable=False),
        sa.Column("adopted_to", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", exact(43), nullable=False),
        sa.Column("swept_to", UtcDateTime, nullable=True),
        sa.Column("seal", exact(43), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_chain")),
        mariadb_charset="utf8mb4",
        mariadb_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_engine="InnoDB",
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("event_chain")
    op.drop_table("event_links")
    for name in SINGLE:
        op.create_index(f"ix_events_{name}", "events", [name])
    for index in IN_ORDER:
        op.drop_index(index, "events")
    for name, _ in reversed(COLUMNS):
        op.drop_column("events", name)
