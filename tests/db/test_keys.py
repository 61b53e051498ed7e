"""Databases with several nodes keep a user's rows together, and demand the user in every key."""

import pytest
from sqlalchemy import Connection, inspect, text

from tests.support import databases
from tests.support.databases import connected
from uservault.db import migrations
from uservault.wiring.ports import Resources

OF_USERS = (
    "events",
    "letters",
    "one_time_tokens",
    "passwords",
    "sessions",
    "user_emails",
    "user_metadata",
    "user_roles",
)


def keys(connection: Connection, table: str) -> list[list[str]]:
    """The columns of each unique key of a table."""
    found = inspect(connection)
    unique = [each for each in found.get_indexes(table) if each["unique"]]
    columns = [found.get_pk_constraint(table)["constrained_columns"]]
    return columns + [[str(name) for name in each["column_names"]] for each in unique]


@pytest.mark.parametrize("table", OF_USERS)
async def test_every_key_of_personal_rows_has_the_user(
    resources: Resources, backend: str, table: str
) -> None:
    async with resources.database.reads.connect() as connection:
        found = await connection.run_sync(keys, table)

    assert found
    # SQLite generates ids only for a key of one column; and it has one node.
    without = [["id"]] if backend == "sqlite" and ["id"] in found else []
    assert [key for key in found if "user_id" not in key] == without


ROWS = (
    "INSERT INTO letters (reference, template, locale, recipient, user_id, created_at, tries)"
    " VALUES ('{0}', 'invitation', 'en', 'ada@example.com', {1}, '2026-01-01 00:00:00', 0)"
)
EVENT = (
    "INSERT INTO events (type, at, actor_id, subject_id, data) VALUES ('user.created',"
    " '2026-01-01 00:00:00', {0}, {1}, '{{}}')"
)
LETTERS = "SELECT id, user_id FROM letters ORDER BY id"
LAST = "DELETE FROM letters WHERE id = 3"


async def test_rows_are_carried_over_and_back(blank_url: str) -> None:
    settings = databases.settings_for(blank_url)
    await migrations.upgrade(settings, "0015")
    async with connected(blank_url) as connection:
        for number, user_id in enumerate(("NULL", 7, 7)):
            await connection.execute(text(ROWS.format(number, user_id)))
        for pair in (("NULL", 7), (8, 7), (8, "NULL"), ("NULL", "NULL")):
            await connection.execute(text(EVENT.format(*pair)))
        await connection.execute(text(LAST))

    await migrations.upgrade(settings, "0016")
    async with connected(blank_url) as connection:
        assert (await connection.execute(text(LETTERS))).all() == [(1, 0), (2, 7)]
        events = text("SELECT user_id FROM events ORDER BY id")
        assert (await connection.execute(events)).scalars().all() == [7, 7, 8, 0]

    await migrations.downgrade(settings, "0015")
    async with connected(blank_url) as connection:
        assert (await connection.execute(text(LETTERS))).all() == [(1, None), (2, 7)]
        await connection.execute(text(ROWS.format(4, 7)))
        assert (await connection.execute(text(LETTERS))).all()[-1] == (4, 7)
