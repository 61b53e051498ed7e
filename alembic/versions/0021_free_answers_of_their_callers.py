"""Free idempotency_keys of the foreign key to the caller: to store an answer locks no user."""

from collections.abc import Sequence

from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLE = "idempotency_keys"
NAME = "fk_idempotency_keys_user_id_users"
OPTIONS = {
    "mariadb_charset": "utf8mb4",
    "mariadb_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_engine": "InnoDB",
    "sqlite_autoincrement": True,
}


def upgrade() -> None:
    # SQLite makes the table anew. Its ids are told to no client, so they may begin again.
    with op.batch_alter_table(TABLE, table_kwargs=OPTIONS) as batch_op:
        batch_op.drop_constraint(NAME, type_="foreignkey")


def downgrade() -> None:
    op.execute("DELETE FROM idempotency_keys WHERE user_id NOT IN (SELECT id FROM users)")
    with op.batch_alter_table(TABLE, table_kwargs=OPTIONS) as batch_op:
        batch_op.create_foreign_key(op.f(NAME), "users", ["user_id"], ["id"], ondelete="CASCADE")
