from pydantic import (
    Field,
)

from uservault.settings.base import Branch


class DatabaseSettings(Branch):
    migrate_on_start: bool = Field(False, description="Migrate when serving (SQLite always does).")
    migration_wait: float = Field(
        120, ge=0, le=3600, description="Seconds to wait for another process that migrates."
    )
    read_pool_size: int = Field(5, ge=1, le=200, description="Connections for reading, a process.")
    write_pool_size: int = Field(
        10, ge=1, le=200, description="Connections for writing, a process (SQLite has one)."
    )
    pool_timeout: float = Field(
        5, gt=0, le=60, description="Seconds to wait for a free connection; then 503."
    )
    # Whoever meets a server that hangs may wait for these three in turn: under 15 s in all.
    connect_timeout: float = Field(3, gt=0, le=60, description="Seconds to wait for the server.")
    command_timeout: float = Field(5, gt=0, le=300, description="Seconds a statement may take.")
    busy_timeout: float = Field(
        10, gt=0, le=60, description="Seconds to wait for another process that writes (SQLite)."
    )
    statement_cache: bool = Field(
        True, description="Off behind pgbouncer in transaction mode (PostgreSQL)."
    )
