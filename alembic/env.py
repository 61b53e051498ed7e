"""Runs migrations, one process at a time.

Uses the service's connection; for Alembic's own command line, opens one from the same settings.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationInfo
from sqlalchemy import BigInteger, Connection, DateTime, String

from uservault.db.migration_lock import one_at_a_time
from uservault.db.migrations import connect
from uservault.settings.loading import load_settings
from uservault.tables import metadata

log = logging.getLogger("uservault.migrations")


def our_name(kind: str, type_: Any, within: AutogenContext) -> str | Literal[False]:
    """Write a column's type by its name in `db.base`, so that migrations are readable."""
    match type_:
        case DateTime(timezone=True):
            name = "UtcDateTime"
        case BigInteger() if kind == "type" and type_._variant_mapping:
            name = "BigId"
        case String() if kind == "type" and type_._variant_mapping:
            name = f"exact({type_.length})"
        case _:
            return False
    within.imports.add("from uservault.db.base import BigId, UtcDateTime, exact")
    return name


def log_steps(steps: Sequence[MigrationInfo]) -> None:
    if steps:
        before, after = steps[0].source_revision_ids, steps[-1].destination_revision_ids
        facts = {"from": ", ".join(before) or "none", "to": ", ".join(after) or "none"}
        log.info("migrated", extra=facts)


def run(connection: Connection, wait: float) -> list[MigrationInfo]:
    """Returns the steps that were taken."""
    steps: list[MigrationInfo] = []

    def is_here(thing: Any, *_: object) -> bool:
        """Some indexes exist only in some databases: see `users.models`."""
        return bool(connection.dialect.name in thing.info.get("only", [connection.dialect.name]))

    with one_at_a_time(connection, wait):
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            render_item=our_name,
            include_object=is_here,
            on_version_apply=lambda *, step, **_: steps.append(step),
        )
        with context.begin_transaction():
            context.run_migrations()
    log_steps(steps)
    return steps


async def run_by_itself() -> None:
    settings = load_settings()
    async with connect(settings) as connection:
        await connection.run_sync(run, settings.database.migration_wait)


if given := context.config.attributes.get("connection"):
    taken = run(given, context.config.attributes["wait"])
    context.config.attributes["applied"] = {step.up_revision_id for step in taken}
else:
    asyncio.run(run_by_itself())
