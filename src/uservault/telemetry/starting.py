"""Why the service or a command cannot begin, in a line instead of a traceback."""

import traceback

from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from uservault.db.causes import cause_of
from uservault.db.errors import DatabaseUnavailable
from uservault.db.migration_lock import MigrationLocked
from uservault.db.migrations import MigrationFailed, UnknownRevision
from uservault.settings.loading import BadSettings

FAILED = "lifespan.startup.failed"
TOLD = (MigrationLocked, MigrationFailed, UnknownRevision)  # their message says it all


def reason_of(error: BaseException) -> str | None:
    """For operators, without secrets; None for a bug, of which a traceback tells more."""
    match error:
        case BadSettings():
            return f"bad settings\n{error}"
        case DatabaseUnavailable() | DBAPIError() | OSError():
            return f"the database is not available: {cause_of(error)}"
    return str(error) if isinstance(error, TOLD) else None


class PlainStart:
    """ASGI middleware: an operator's mistake makes one line of a start that fails."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        await self._live(scope, receive, send)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        failed = False

        async def pass_on(message: Message) -> None:
            nonlocal failed
            failed = failed or message["type"] == FAILED
            if message["type"] != FAILED:  # Starlette's message is a traceback
                await send(message)

        try:
            await self.app(scope, receive, pass_on)
        except Exception as error:
            if not failed:
                raise
            reason = reason_of(error)
            await send({"type": FAILED, "message": reason or traceback.format_exc()})
            if not reason:
                raise
