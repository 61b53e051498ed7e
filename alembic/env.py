"""Runs migrations, on the service's connection or, from Alembic's own command line, on one made
from the same settings; one process at a time."""

import asyncio
import logging
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationInfo
from sqlalchemy import BigInteger, Connection, DateTime, String

from uservault.db.migrations import connect, one_at_a_time
from uservault.settings.loading import load_settings
from uservault.tables import metadata

log = logging.getLogger("uservault.migrations")


def our_name(kind: str, type_: Any, within: AutogenContext) -> str | Literal[False]:
    """A column's type by the name that `db.database` gives it, for a migration that can be read."""
    match type_:
        case DateTime(timezone=True):
            name = "UtcDateTime"
        case BigInteger() if kind == "type" and type_._variant_mapping:
            name = "BigId"
        case String() if kind == "type" and type_._variant_mapping:
            name = f"exact({type_.length})"
        case _:
            return False
    within.imports.add("from uservault.db.database import BigId, UtcDateTime, exact")
    return name


def tell(*, step: MigrationInfo, **_: Any) -> None:
    log.info("migrated", extra={"revision": ", ".join(step.destination_revision_ids) or "none"})


def run(connection: Connection, wait: float) -> None:
    def is_here(thing: Any, *_: object) -> bool:
        """Not every database has every index: see `users.models`."""
        return bool(connection.dialect.name in thing.info.get("only", [connection.dialect.name]))

    with one_at_a_time(connection, wait):
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            render_item=our_name,
            include_object=is_here,
            on_version_apply=tell,
        )
        with context.begin_transaction():
            context.run_migrations()


async def run_by_itself() -> None:
    settings = load_settings()
    async with connect(settings) as connection:
        await connection.run_sync(run, settings.database.migration_wait)


if given := context.config.attributes.get("connection"):
    run(given, context.config.attributes["wait"])
else:
    asyncio.run(run_by_itself())
