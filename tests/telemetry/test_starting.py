"""A start that fails: one line for what an operator can mend, a traceback for a bug."""

from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from uservault.db.errors import DatabaseUnavailable
from uservault.db.migration_lock import MigrationLocked
from uservault.settings.loading import BadSettings
from uservault.telemetry.starting import FAILED, PlainStart, reason_of


def unavailable() -> DatabaseUnavailable:
    problem = DatabaseUnavailable()
    problem.__cause__ = ConnectionRefusedError(111, "sesame")
    return problem


async def said(error: Exception) -> list[Message]:
    """By an app whose start raises that, as Starlette does."""
    messages: list[Message] = []

    async def app(_: Scope, __: Receive, send: Send) -> None:
        try:
            raise error
        except Exception:
            await send({"type": FAILED, "message": "Traceback: sesame"})
            raise

    async def send(message: Message) -> None:
        messages.append(message)

    nobody: Any = None
    await PlainStart(app)({"type": "lifespan"}, nobody, send)
    return messages


@pytest.mark.promise("G1")
@pytest.mark.parametrize(
    ("error", "line"),
    [
        (BadSettings("A: b"), "bad settings\nA: b"),
        (MigrationLocked(), str(MigrationLocked())),
        (unavailable(), "the database is not available: nothing listens at that address and port"),
        (TimeoutError("sesame"), "the database is not available: no answer in time"),
    ],
    ids=lambda given: type(given).__name__,
)
async def test_says_what_an_operator_can_mend(error: Exception, line: str) -> None:
    assert await said(error) == [{"type": FAILED, "message": line}]


async def test_shows_where_a_bug_is() -> None:
    with pytest.raises(KeyError):
        await said(KeyError("bug"))


def test_has_no_words_for_a_bug() -> None:
    assert reason_of(KeyError("bug")) is None
