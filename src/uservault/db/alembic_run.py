"""Runs Alembic. The service imports it only to migrate: see `db.migrations`.

Alembic runs `alembic/env.py`, on the connection and under the lock from there.
"""

from typing import Literal

from alembic import command as commands
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from uservault.db.revisions import scripts

__all__ = ["CommandError", "alembic_config", "run"]


def alembic_config(connection: Connection | None = None, wait: float = 0) -> Config:
    """Alembic's configuration, with the scripts of the checkout or of the installed wheel.

    `wait`: seconds to wait for other processes that migrate the same database.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.attributes |= {"connection": connection, "wait": wait}
    return config


def run(
    connection: Connection, command: Literal["upgrade", "downgrade"], revision: str, wait: float
) -> frozenset[str]:
    """The revisions that were applied. Raises Alembic's CommandError."""
    config = alembic_config(connection, wait)
    act = commands.upgrade if command == "upgrade" else commands.downgrade
    act(config, revision)
    return frozenset(config.attributes.get("applied", ()))
