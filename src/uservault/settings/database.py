from pydantic import (
    Field,
)

from uservault.settings.base import Branch


class DatabaseSettings(Branch):
    migrate_on_start: bool = Field(
        False, description="Migrate the database when the server starts. Always on with SQLite."
    )
    migration_wait: float = Field(
        120, ge=0, le=3600, description="Seconds to wait while another process migrates."
    )
    read_pool_size: int = Field(
        5, ge=1, le=200, description="Connections for reading, per process."
    )
    write_pool_size: int = Field(
        10, ge=1, le=200, description="Connections for writing, per process. Always 1 with SQLite."
    )
    pool_timeout: float = Field(
        5, gt=0, le=60, description="Seconds to wait for a free connection before answering 503."
    )
    # If the server hangs, a request may wait for these three in turn: under 15 s in all.
    connect_timeout: float = Field(3, gt=0, le=60, description="Seconds to wait for a connection.")
    command_timeout: float = Field(5, gt=0, le=300, description="Seconds a statement may take.")
    busy_timeout: float = Field(
        10, gt=0, le=60, description="SQLite: seconds to wait while another process writes."
    )
    statement_cache: bool = Field(
        True,
        description="PostgreSQL: cache prepared statements. Turn it off behind pgbouncer in"
        " transaction mode.",
    )
