"""The schema's revisions, without Alembic: most processes only compare them."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

import uservault

TABLE = "alembic_version"
PRESENT = text(f"SELECT version_num FROM {TABLE}")  # noqa: S608


def scripts() -> Path:
    """The folder of Alembic's scripts, in the checkout or in the installed wheel."""
    package = Path(uservault.__file__).parent
    inside = package / "alembic"
    return inside if inside.is_dir() else package.parents[1] / "alembic"


def newest() -> str:
    """The revision that the code expects. A migration's file begins with its revision."""
    return max(path.name for path in (scripts() / "versions").glob("*.py")).partition("_")[0]


def present(connection: Connection) -> str | None:
    """The database's current revision; None before the first migration."""
    if not inspect(connection).has_table(TABLE):
        return None
    revision: str | None = connection.scalar(PRESENT)
    return revision
