"""Keep the label of a session's device, and find devices and counts by indexes."""

from collections.abc import Sequence
from functools import lru_cache

import sqlalchemy as sa
from alembic import op
from ua_parser import parse

from uservault.db.base import exact

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BATCH_SIZE = 1000
LASTS = sa.text("revoked_at IS NULL")
DEVICES, UNREVOKED = "ix_sessions_user_id_device_address", "ix_sessions_unrevoked"
SESSIONS = sa.table("sessions", sa.column("id"), sa.column("user_agent"), sa.column("device"))
NEXT = (
    sa.select(SESSIONS.c.id, SESSIONS.c.user_agent)
    .where(SESSIONS.c.id > sa.bindparam("after"))
    .order_by(SESSIONS.c.id)
    .limit(BATCH_SIZE)
)
LABEL = (
    sa.update(SESSIONS)
    .where(SESSIONS.c.id == sa.bindparam("which"))
    .values(device=sa.bindparam("label"))
)


def upgrade() -> None:
    op.add_column("sessions", sa.Column("device", exact(132), nullable=True))
    _label_all()  # else each user is told of a new device at the next login
    op.create_index(op.f(DEVICES), "sessions", ["user_id", "device", "address"])
    if _has_partial_indexes():
        op.create_index(
            op.f(UNREVOKED), "sessions", ["user_id"], sqlite_where=LASTS, postgresql_where=LASTS
        )
    op.drop_index(op.f("ix_sessions_user_id"), table_name="sessions")


def downgrade() -> None:
    op.create_index(op.f("ix_sessions_user_id"), "sessions", ["user_id"])
    if _has_partial_indexes():
        op.drop_index(op.f(UNREVOKED), table_name="sessions")
    op.drop_index(op.f(DEVICES), table_name="sessions")
    op.drop_column("sessions", "device")


def _has_partial_indexes() -> bool:
    return op.get_bind().dialect.name in ("sqlite", "postgresql")


def _label_all() -> None:
    bind, after = op.get_bind(), 0
    while rows := bind.execute(NEXT, {"after": after}).all():
        labels = [{"which": row.id, "label": _label(row.user_agent)} for row in rows]
        bind.execute(LABEL, labels)
        after = rows[-1].id


@lru_cache(10_000)
def _label(user_agent: str | None) -> str:
    """As the service does it."""
    if not user_agent:
        return "Unknown device"
    found = parse(user_agent)
    browser = found.user_agent.family if found.user_agent else user_agent.split("/")[0].strip()
    system = found.os.family if found.os else None
    return " on ".join(part[:64] for part in (browser, system) if part) or "Unknown device"
