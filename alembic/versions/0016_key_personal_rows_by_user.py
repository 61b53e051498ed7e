"""Key the rows of users by the user, too: sessions, one-time tokens, e-mails and events."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

from uservault.db.base import BigId

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = ("sessions", "one_time_tokens", "letters", "events")
OPTIONS = {
    "mariadb_charset": "utf8mb4",
    "mariadb_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_engine": "InnoDB",
    "sqlite_autoincrement": True,
}
COUNT = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table")
FORGET = sa.text("DELETE FROM sqlite_sequence WHERE name = :table")
COUNT_ON = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :count)")


def upgrade() -> None:
    whose = sa.Column("user_id", BigId, autoincrement=False, nullable=False, server_default="0")
    op.add_column("events", whose)
    op.execute("UPDATE events SET user_id = COALESCE(subject_id, actor_id, 0)")
    op.execute("UPDATE one_time_tokens SET user_id = 0 WHERE user_id IS NULL")
    op.execute("UPDATE letters SET user_id = 0 WHERE user_id IS NULL")
    _require_users()
    _key("id", "user_id")


def downgrade() -> None:
    _key("id")
    _free_users()
    op.execute("UPDATE one_time_tokens SET user_id = NULL WHERE user_id = 0")
    op.execute("DELETE FROM one_time_tokens WHERE user_id NOT IN (SELECT id FROM users)")
    with _altered("one_time_tokens") as batch_op:
        batch_op.create_foreign_key(
            op.f("fk_one_time_tokens_user_id_users"),
            "users",
            ["user_id"],
            ["id"],
            ondelete="CASCADE",
        )
    op.execute("UPDATE letters SET user_id = NULL WHERE user_id = 0")
    op.drop_column("events", "user_id")


def _require_users() -> None:
    """One-time tokens need no foreign key: the purge deletes them."""
    with _altered("one_time_tokens") as batch_op:
        batch_op.drop_constraint("fk_one_time_tokens_user_id_users", type_="foreignkey")
        batch_op.alter_column("user_id", existing_type=BigId, nullable=False)
        batch_op.drop_constraint("uq_one_time_tokens_token_hash", type_="unique")
        batch_op.create_unique_constraint(
            op.f("uq_one_time_tokens_token_hash_user_id"), ["token_hash", "user_id"]
        )
    with _altered("letters") as batch_op:
        batch_op.alter_column("user_id", existing_type=sa.BigInteger(), nullable=False)


def _free_users() -> None:
    with _altered("one_time_tokens") as batch_op:
        batch_op.drop_constraint("uq_one_time_tokens_token_hash_user_id", type_="unique")
        batch_op.create_unique_constraint(op.f("uq_one_time_tokens_token_hash"), ["token_hash"])
        batch_op.alter_column("user_id", existing_type=BigId, nullable=True)
    with _altered("letters") as batch_op:
        batch_op.alter_column("user_id", existing_type=sa.BigInteger(), nullable=True)


@contextmanager
def _altered(table: str) -> Iterator[BatchOperations]:
    """SQLite makes the table anew. Ids are never given again, so it counts on."""
    bind = op.get_bind()
    named = {"table": table}
    sqlite = bind.dialect.name == "sqlite"
    count = bind.scalar(COUNT, named) if sqlite else None
    with op.batch_alter_table(table, table_kwargs=OPTIONS) as batch_op:
        yield batch_op
    if count:
        bind.execute(FORGET, named)
        bind.execute(COUNT_ON, named | {"count": count})


def _key(*columns: str) -> None:
    """SQLite generates ids only for a key of one column, and keeps to that."""
    key = ", ".join(columns)
    match op.get_bind().dialect.name:
        case "postgresql":
            change = f"DROP CONSTRAINT pk_{{0}}, ADD CONSTRAINT pk_{{0}} PRIMARY KEY ({key})"
        case "mysql" | "mariadb":
            change = f"DROP PRIMARY KEY, ADD PRIMARY KEY ({key})"
        case _:
            return
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} {change.format(table)}")
