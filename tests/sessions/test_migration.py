import pytest
from sqlalchemy import text

from tests.support import databases
from tests.support.databases import connected
from uservault.db import migrations

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
USER = (
    "INSERT INTO users (username, email, is_active, credential_epoch, created_at, updated_at,"
    " version) VALUES ('ada', 'ada@example.com', true, 0, '2026-01-01 00:00:00',"
    " '2026-01-01 00:00:00', 1)"
)
SESSION = (
    "INSERT INTO sessions (user_id, created_at, authenticated_at, methods, last_seen_at,"
    " refreshed_at, expires_at, key_sealed, counter, user_agent) VALUES (1, '2026-01-02 00:00:00',"
    " '2026-01-02 00:00:00', 'pwd', '2026-01-02 00:00:00', '2026-01-02 00:00:00',"
    " '2026-02-02 00:00:00', 'sealed', 0, :agent)"
)
AGENTS = [FIREFOX, None, "curl/8.0"]


@pytest.mark.promise("I10")
async def test_devices_are_labelled_and_sessions_stay_there_and_back(blank_url: str) -> None:
    settings = databases.settings_for(blank_url)
    await migrations.upgrade(settings, "0018")
    async with connected(blank_url) as connection:
        await connection.execute(text(USER))
        rows = [{"agent": agent} for agent in AGENTS * 400]  # more than a batch
        await connection.execute(text(SESSION), rows)

    await migrations.upgrade(settings, "0020")
    async with connected(blank_url) as connection:
        devices = (await connection.scalars(text("SELECT device FROM sessions ORDER BY id"))).all()

    await migrations.downgrade(settings, "0018")
    async with connected(blank_url) as connection:
        agents = (
            await connection.scalars(text("SELECT user_agent FROM sessions ORDER BY id"))
        ).all()
    assert devices == ["Firefox on Linux", "Unknown device", "curl"] * 400
    assert agents == AGENTS * 400
