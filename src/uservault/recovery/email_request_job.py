import logging
from datetime import timedelta

from sqlalchemy import select

from uservault.db.errors import ConcurrentChange, DatabaseUnavailable
from uservault.kit.backoff import backoff
from uservault.recovery.email_request_handler import EmailRequestHandler
from uservault.recovery.models import QueuedEmailRequest
from uservault.recovery.repository import EmailRequestRepository, due
from uservault.telemetry.origin import Origin
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

log = logging.getLogger(__name__)

MAX_TRIES = 5
FIRST_WAIT = 30.0  # seconds after the first failure; doubles with each
LONGEST_WAIT = 3600.0


class EmailRequestJob:
    """Handles queued e-mail requests, oldest first, with the origin of the HTTP request.

    A request that fails waits before it is tried again, and after five tries it is set aside. So it
    blocks no other, and a request of a newer version survives a rolling upgrade.
    """

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.now = resources.clock

    async def run_once(self) -> int:
        """The number of requests handled, at most 1."""
        waiting = select(QueuedEmailRequest.id).where(due(self.now())).limit(1)
        if not await self.resources.database.rows(waiting):
            return 0
        tried: list[int] = []
        try:
            await self._handle_next(tried)
        except (DatabaseUnavailable, ConcurrentChange):  # not the request's fault
            raise
        except Exception as error:  # noqa: BLE001 - whatever the error, other requests go on
            for id in tried:
                await self._count_failure(id, type(error).__name__)
        return len(tried)

    async def _handle_next(self, tried: list[int]) -> None:
        """Notes in `tried` which request it was, even if it fails."""
        async with scope(self.resources) as made:
            requests = made.get(EmailRequestRepository)
            request = await requests.next(self.now())
            if request is None:
                return
            tried.append(request.id)
            made.facts["origin"] = Origin(
                address=request.address,
                user_agent=request.user_agent,
                request_id=request.request_id,
            )
            await made.get(EmailRequestHandler).handle(request)
            await requests.delete(request)

    async def _count_failure(self, id: int, reason: str) -> None:
        """In a unit of work of its own: that of the request was rolled back."""
        async with scope(self.resources) as made:
            request = await made.get(EmailRequestRepository).get(id)
            if request is None:
                return
            request.tries += 1
            facts = {"request": id, "tries": request.tries, "reason": reason}
            if request.tries >= MAX_TRIES:
                request.failed_at = self.now()
                log.error("e-mail request set aside", extra=facts)
            else:
                wait = backoff(request.tries, FIRST_WAIT, LONGEST_WAIT)
                request.retry_at = self.now() + timedelta(seconds=wait)
                log.warning("e-mail request failed, will retry", extra=facts)
