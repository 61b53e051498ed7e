"""Keep how and when a session was proved, an epoch of each user's credentials, and all one-time
tokens, those of invitations too, in one table."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from uservault.db.base import BigId, UtcDateTime, exact

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

NEVER = sa.text("'1970-01-01 00:00:00.000000'")
OPTIONS = {
    "mariadb_charset": "utf8mb4",
    "mariadb_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_engine": "InnoDB",
    "sqlite_autoincrement": True,
}
MOVED = (
    "INSERT INTO one_time_tokens (id, purpose, user_id, epoch, address, token_hash, code_hash,"
    " tries, created_at, expires_at, used_at) SELECT id, purpose, user_id, 0, address, token_hash,"
    " code_hash, tries, created_at, expires_at, used_at FROM tickets"
)
MOVED_BACK = (
    "INSERT INTO tickets (id, purpose, user_id, address, token_hash, code_hash, tries, created_at,"
    " expires_at, used_at) SELECT id, purpose, user_id, address, token_hash, code_hash, tries,"
    " created_at, expires_at, used_at FROM one_time_tokens WHERE address IS NOT NULL"
    " AND epoch = (SELECT credential_epoch FROM users WHERE users.id = user_id)"  # not void ones
)
# An invitation's token is its inviter's: what voids theirs voids it.
INVITED = (
    "INSERT INTO one_time_tokens (purpose, user_id, epoch, token_hash, tries, created_at,"
    " expires_at) SELECT 'invitation', inviter_id, 0, token_hash, 0, created_at, expires_at"
    " FROM invitations"
)
LINKED = (
    "UPDATE invitations SET one_time_token_id = (SELECT one_time_tokens.id FROM one_time_tokens"
    " WHERE one_time_tokens.token_hash = invitations.token_hash)"
)
UNLINKED = (
    "UPDATE invitations SET token_hash = (SELECT one_time_tokens.token_hash FROM one_time_tokens"
    " WHERE one_time_tokens.id = invitations.one_time_token_id)"
)


def upgrade() -> None:
    # In place, with a default that SQLite takes: in a batch it would make the tables anew.
    op.add_column(
        "sessions", sa.Column("authenticated_at", UtcDateTime, nullable=False, server_default=NEVER)
    )
    op.execute("UPDATE sessions SET authenticated_at = created_at")
    op.add_column("sessions", sa.Column("methods", exact(64), nullable=False, server_default="pwd"))
    op.add_column(
        "users", sa.Column("credential_epoch", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column("events", sa.Column("actor_kind", exact(16), nullable=True))
    _create_one_time_tokens()
    op.execute(MOVED)
    _count_on("one_time_tokens", _counted("tickets"))
    op.drop_table("tickets")
    _link_invitations()


def downgrade() -> None:
    _unlink_invitations()
    _create_tickets()
    op.execute(MOVED_BACK)
    _count_on("tickets", _counted("one_time_tokens"))
    op.drop_table("one_time_tokens")
    op.drop_column("events", "actor_kind")
    op.drop_column("users", "credential_epoch")
    op.drop_column("sessions", "methods")
    op.drop_column("sessions", "authenticated_at")


def _create_one_time_tokens() -> None:
    op.create_table(
        "one_time_tokens",
        sa.Column("id", BigId, nullable=False),
        sa.Column("purpose", exact(32), nullable=False),
        sa.Column("user_id", BigId, nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("token_hash", exact(64), nullable=False),
        sa.Column("code_hash", exact(64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("used_at", UtcDateTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_one_time_tokens_user_id_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_tokens_token_hash")),
        **OPTIONS,
    )
    for column in ("expires_at", "user_id"):
        op.create_index(op.f(f"ix_one_time_tokens_{column}"), "one_time_tokens", [column])


def _create_tickets() -> None:
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
        **OPTIONS,
    )
    for column in ("expires_at", "user_id"):
        op.create_index(op.f(f"ix_tickets_{column}"), "tickets", [column])


def _link_invitations() -> None:
    op.add_column("invitations", sa.Column("one_time_token_id", sa.BigInteger(), nullable=True))
    op.execute(INVITED)
    op.execute(LINKED)
    count = _counted("invitations")
    with op.batch_alter_table("invitations", table_kwargs=OPTIONS) as batch_op:
        batch_op.drop_constraint("uq_invitations_token_hash", type_="unique")
        batch_op.drop_column("token_hash")
        batch_op.alter_column(
            "one_time_token_id",
            existing_type=sa.BigInteger(),
            existing_nullable=True,
            nullable=False,
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_invitations_one_time_token_id"), ["one_time_token_id"]
        )
    _count_on("invitations", count)


def _unlink_invitations() -> None:
    op.add_column("invitations", sa.Column("token_hash", exact(64), nullable=True))
    op.execute(UNLINKED)
    op.execute("DELETE FROM invitations WHERE token_hash IS NULL")  # its token expired long ago
    count = _counted("invitations")
    with op.batch_alter_table("invitations", table_kwargs=OPTIONS) as batch_op:
        batch_op.drop_constraint("uq_invitations_one_time_token_id", type_="unique")
        batch_op.drop_column("one_time_token_id")
        batch_op.alter_column(
            "token_hash", existing_type=exact(64), existing_nullable=True, nullable=False
        )
        batch_op.create_unique_constraint(batch_op.f("uq_invitations_token_hash"), ["token_hash"])
    _count_on("invitations", count)


def _counted(table: str) -> int:
    """The highest id that was ever given to a row of the table; 0 if none was."""
    bind = op.get_bind()
    match bind.dialect.name:
        case "sqlite":
            count = "SELECT seq FROM sqlite_sequence WHERE name = :table"
        case "postgresql":
            count = f"SELECT last_value FROM {table}_id_seq WHERE is_called AND :table <> ''"  # noqa: S608
        case _:
            count = f"SELECT MAX(id) FROM {table} WHERE :table <> ''"  # noqa: S608
    return bind.scalar(sa.text(count), {"table": table}) or 0


def _count_on(table: str, count: int) -> None:
    """Ids are never given again: the next is above `count`."""
    bind = op.get_bind()
    match bind.dialect.name:
        case "sqlite":
            bind.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = :t"), {"t": table})
            row = {"t": table, "n": count}
            bind.execute(sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:t, :n)"), row)
        case "postgresql" if count:
            bind.execute(sa.text(f"SELECT setval('{table}_id_seq', {count})"))
        case "mysql" | "mariadb":
            bind.execute(sa.text(f"ALTER TABLE {table} AUTO_INCREMENT = {count + 1}"))
