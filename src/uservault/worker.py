"""Runs background jobs, inside the server or in `uservault worker`."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from uservault.audit.linking import LateLinking, Linking
from uservault.audit.sweep import EventSweep
from uservault.idempotency.sweep import StoredAnswerSweep
from uservault.invitations.sweep import InvitationSweep
from uservault.keys.sweep import KeySweep
from uservault.kit.backoff import backoff, jittered
from uservault.kit.problems import Problem
from uservault.mail.sweep import MailSweep
from uservault.mail.warning import warn_of_mail_settings
from uservault.one_time_tokens.sweep import OneTimeTokenSweep
from uservault.privacy.erasures import ErasureSweep
from uservault.privacy.sweep import PurgeSweep
from uservault.privacy.unverified import UnverifiedSweep
from uservault.recovery.delivery import RequestedDelivery
from uservault.recovery.email_request_job import EmailRequestJob
from uservault.recovery.sweep import EmailRequestSweep
from uservault.roles.expiry import GrantExpiry
from uservault.sessions.sweep import SessionSweep
from uservault.wiring.ports import Resources

log = logging.getLogger(__name__)

LONGEST_WAIT = 60.0  # seconds between tries of a failing job


class Job(Protocol):
    """Work that waits in the database.

    Any number of workers may run it at the same time. If one is killed, the next does its work.
    """

    async def run_once(self) -> int:
        """Do some of the work. Return how much was done; 0 if there is nothing to do."""
        ...


@dataclass(frozen=True, slots=True)
class Schedule:
    """A job, and the seconds to wait after it found nothing to do."""

    job: Callable[[Resources], Job]
    interval: float

    @property
    def name(self) -> str:
        return getattr(self.job, "__name__", "job")


SCHEDULES = (
    Schedule(RequestedDelivery, interval=1),
    Schedule(MailSweep, interval=600),
    Schedule(SessionSweep, interval=600),
    Schedule(KeySweep, interval=600),
    Schedule(EmailRequestJob, interval=1),
    Schedule(EmailRequestSweep, interval=600),
    Schedule(OneTimeTokenSweep, interval=600),
    Schedule(StoredAnswerSweep, interval=600),
    Schedule(Linking, interval=2),
    Schedule(LateLinking, interval=600),
    Schedule(EventSweep, interval=600),
    Schedule(PurgeSweep, interval=600),
    Schedule(UnverifiedSweep, interval=600),
    Schedule(ErasureSweep, interval=600),
    Schedule(InvitationSweep, interval=3600),
    Schedule(GrantExpiry, interval=60),
)


class Worker:
    """Runs each job in its own task until `stop`. A failing job is tried again."""

    def __init__(self, resources: Resources, schedules: Sequence[Schedule] = SCHEDULES) -> None:
        self.resources = resources
        self.schedules = schedules
        self.stopping = asyncio.Event()

    def stop(self) -> None:
        """Finish the jobs that are running and start no others."""
        self.stopping.set()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            for schedule in self.schedules:
                tasks.create_task(self._repeat(schedule), name=schedule.name)

    async def _repeat(self, schedule: Schedule) -> None:
        job = schedule.job(self.resources)
        failures = 0
        while not self.stopping.is_set():
            try:
                done = await job.run_once()
            except Exception as error:  # noqa: BLE001 - whatever the error, the other jobs go on
                failures += 1
                _log_failure(schedule, error)
                await self._pause(backoff(failures, schedule.interval, LONGEST_WAIT))
            else:
                failures = 0
                await self._pause(0 if done else jittered(schedule.interval))

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()


def _log_failure(schedule: Schedule, error: Exception) -> None:
    facts = {"job": schedule.name, "reason": type(error).__name__}
    # A Problem comes from the database, such as an outage. Other errors are bugs: log a traceback.
    log.error("job failed", extra=facts, exc_info=not isinstance(error, Problem))


@asynccontextmanager
async def working(
    resources: Resources, schedules: Sequence[Schedule] = SCHEDULES
) -> AsyncIterator[None]:
    """Run a worker meanwhile. At the end, it has `shutdown_timeout` to finish running jobs."""
    worker = Worker(resources, schedules)
    task = asyncio.create_task(worker.run(), name="worker")
    try:
        yield
    finally:
        worker.stop()
        _, late = await asyncio.wait([task], timeout=resources.settings.worker.shutdown_timeout)
        if late:
            log.warning("worker stopped in the middle of a job")
            task.cancel()
            await asyncio.wait([task])


async def work(resources: Resources) -> None:
    """Run a worker until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with working(resources):
        log.info("worker started")
        warn_of_mail_settings(resources.settings)
        await stopped.wait()
    log.info("worker stopped")
