"""Keep the unique forms of usernames and e-mail addresses in `identifiers`, no longer on users."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from uservault.db.base import BigId, exact

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = {"username": "username_key", "email": "email_key"}  # and the columns that held their keys
LENGTHS = {"username_key": 64, "email_key": 320}
KEY = (
    "(SELECT identifiers.key FROM identifiers WHERE identifiers.user_id = users.id"
    " AND identifiers.kind = '{}')"
)
OPTIONS = {
    "mariadb_charset": "utf8mb4",
    "mariadb_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_engine": "InnoDB",
    "sqlite_autoincrement": True,
}


def upgrade() -> None:
    _create_identifiers()
    for kind, column in KINDS.items():
        op.execute(f"INSERT INTO identifiers SELECT '{kind}', {column}, id FROM users")  # noqa: S608
    if op.get_bind().dialect.name == "sqlite":
        _remake_users([name for name in _columns() if name not in LENGTHS], {})
    else:
        _drop_keys()


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        keys = {column: KEY.format(kind) for kind, column in KINDS.items()}
        _remake_users(list(_columns()), keys)
    else:
        _add_keys()
    op.drop_table("identifiers")


def _create_identifiers() -> None:
    op.create_table(
        "identifiers",
        sa.Column("kind", exact(16), nullable=False),
        sa.Column("key", exact(320), nullable=False),
        sa.Column("user_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_identifiers_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_identifiers")),
        **OPTIONS,
    )
    op.create_index(op.f("ix_identifiers_user_id"), "identifiers", ["user_id"])


def _drop_keys() -> None:
    for column in LENGTHS:
        op.drop_constraint(op.f(f"uq_users_{column}"), "users", type_="unique")
        op.drop_column("users", column)


def _add_keys() -> None:
    for kind, column in KINDS.items():
        type_ = exact(LENGTHS[column])
        op.add_column("users", sa.Column(column, type_, nullable=True))
        op.execute(f"UPDATE users SET {column} = {KEY.format(kind)}")  # noqa: S608
        op.alter_column("users", column, existing_type=type_, nullable=False)
        op.create_unique_constraint(op.f(f"uq_users_{column}"), "users", [column])


# SQLite drops no column that is unique, and adds none. To make the table anew would delete, by
# cascade, what hangs on its rows, and foreign keys can not be turned off inside a transaction. So
# nothing hangs on the rows when they go: their ids are negative by then. The check of what hangs
# nowhere is put off until the rows are back; if one were lost, the commit would fail.
def _remake_users(kept: list[str], added: dict[str, str]) -> None:
    """`added`: the names of columns that are unique, and what to fill them with."""
    bind = op.get_bind()
    table, indexes, count = _reflected(), _indexes(), _count()
    names = ", ".join([*kept, *added])
    filled = "".join(f", {value} AS {name}" for name, value in added.items())
    bind.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    kept_and_filled = f"SELECT {', '.join(kept)}{filled} FROM users"  # noqa: S608
    op.execute(f"CREATE TABLE kept_users AS {kept_and_filled}")
    op.execute("UPDATE users SET id = -id")
    op.drop_table("users")
    op.create_table(
        "users",
        *(table.columns[name]._copy() for name in kept),
        *(sa.Column(name, exact(LENGTHS[name]), nullable=False) for name in added),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        *(sa.UniqueConstraint(name, name=op.f(f"uq_users_{name}")) for name in added),
        sqlite_autoincrement=True,
    )
    op.execute(f"INSERT INTO users ({names}) SELECT {names} FROM kept_users")  # noqa: S608
    op.drop_table("kept_users")
    for index in indexes:
        bind.exec_driver_sql(index)
    _count_on(count)
    bind.exec_driver_sql("PRAGMA defer_foreign_keys=OFF")


def _reflected() -> sa.Table:
    return sa.Table("users", sa.MetaData(), autoload_with=op.get_bind())


def _columns() -> list[str]:
    return [column.name for column in _reflected().columns]


def _indexes() -> list[str]:
    found = "SELECT sql FROM sqlite_master WHERE tbl_name = 'users' AND type = 'index'"
    return list(op.get_bind().scalars(sa.text(f"{found} AND sql IS NOT NULL")))


def _count() -> int:
    """The highest id that was ever given to a user. Ids are never given again."""
    count = "SELECT seq FROM sqlite_sequence WHERE name = 'users'"
    return op.get_bind().scalar(sa.text(count)) or 0


def _count_on(count: int) -> None:
    op.execute("DELETE FROM sqlite_sequence WHERE name = 'users'")
    op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('users', {count})")  # noqa: S608
