import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

import pytest

from tests.mail.queue import mails, outbox, queue
from tests.support.databases import SECRET, settings_for
from tests.support.patience import patience, until
from tests.support.smtp import smtp_server
from uservault.app import Opening, create_app
from uservault.db.errors import DatabaseUnavailable
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources, system_clock
from uservault.worker import Schedule, Worker, work, working


@dataclass
class Counting:
    """A job with so much to do; each error in `errors` is raised once, in its turn."""

    waiting: int = 0
    errors: list[Exception] = field(default_factory=list)
    runs: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, resources: Resources) -> "Counting":
        return self

    async def run_once(self) -> int:
        self.runs += 1
        await asyncio.sleep(0)
        if self.errors:
            raise self.errors.pop(0)
        if self.waiting:
            self.waiting -= 1
            return 1
        self.idle.set()
        return 0


@dataclass
class Long:
    """A job that takes as long as it is let, and says whether it came to its end."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    ended: int = 0

    def __call__(self, resources: Resources) -> "Long":
        return self

    async def run_once(self) -> int:
        self.begun.set()
        await self.may_end.wait()
        self.ended += 1
        return 1


class TestWorker:
    async def test_goes_on_while_there_is_something_to_do(self, resources: Resources) -> None:
        job = Counting(waiting=5)

        async with working(resources, [Schedule(job, interval=60)]), asyncio.timeout(patience(5)):
            await job.idle.wait()

        assert (job.waiting, job.runs) == (0, 6)

    async def test_looks_again_after_a_while(self, resources: Resources) -> None:
        job = Counting()

        async with (
            working(resources, [Schedule(job, interval=0.01)]),
            asyncio.timeout(patience(5)),
        ):
            for _ in range(3):
                await job.idle.wait()
                job.idle.clear()

        assert job.runs == 3

    async def test_survives_every_error_and_says_so(
        self, resources: Resources, caplog: pytest.LogCaptureFixture
    ) -> None:
        job = Counting(errors=[DatabaseUnavailable(), ZeroDivisionError()])
        other = Counting(waiting=3)

        schedules = [Schedule(job, interval=0.01), Schedule(other, interval=60)]
        async with working(resources, schedules), asyncio.timeout(patience(5)):
            await job.idle.wait()

        assert other.waiting == 0
        failed = [record for record in caplog.records if record.msg == "job failed"]
        assert [vars(record)["reason"] for record in failed] == [
            "DatabaseUnavailable",
            "ZeroDivisionError",
        ]
        assert [bool(record.exc_info) for record in failed] == [False, True]

    async def test_waits_longer_the_more_often_it_fails(self, resources: Resources) -> None:
        job = Counting(errors=[ZeroDivisionError()] * 100)

        began = monotonic()
        async with working(resources, [Schedule(job, interval=0.05)]):
            await until(lambda: job.runs == 4)

        assert monotonic() - began >= (0.05 + 0.1 + 0.2) / 2  # each is up to half as long

    async def test_finishes_what_it_is_at_and_begins_nothing_else(
        self, resources: Resources
    ) -> None:
        job = Long()
        worker = Worker(resources, [Schedule(job, interval=60)])
        running = asyncio.create_task(worker.run())
        await job.begun.wait()

        worker.stop()
        job.may_end.set()
        async with asyncio.timeout(patience(5)):
            await running

        assert job.ended == 1

    async def test_is_stopped_in_the_middle_if_it_takes_too_long(
        self, resources: Resources, caplog: pytest.LogCaptureFixture
    ) -> None:
        url = resources.settings.database_url.get_secret_value()
        impatient = settings_for(url, worker={"shutdown_timeout": 0.1})
        job = Long()

        async with asyncio.timeout(patience(5)):
            async with working(
                replace(resources, settings=impatient), [Schedule(job, interval=60)]
            ):
                await job.begun.wait()

        assert job.ended == 0
        assert "worker stopped in the middle of a job" in caplog.text


class TestEmbeddedWorker:
    @pytest.mark.parametrize(("embedded", "sent"), [(True, 1), (False, 0)])
    async def test_delivers_mail_if_the_settings_say_so(
        self, resources: Resources, settings: Settings, embedded: bool, sent: int
    ) -> None:
        url = settings.database_url.get_secret_value()
        chosen = settings_for(url, log={"file": None}, worker={"embedded": embedded})
        app = create_app(chosen, _opening(resources))
        await queue(resources)

        async with app.router.lifespan_context(app):
            if embedded:
                await until(lambda: bool(outbox(resources).sent))
            else:
                await asyncio.sleep(0.2)

        assert len(outbox(resources).sent) == sent


class TestWorkerCommand:
    async def test_delivers_mail_until_it_is_told_to_stop(
        self, resources: Resources, database_url: str, tmp_path: Path
    ) -> None:
        with smtp_server() as postbox:
            await queue(replace(resources, clock=system_clock))  # the worker's own
            command = [str(Path(sys.executable).with_name("uservault")), "worker"]
            process = subprocess.Popen(  # noqa: ASYNC220, S603
                command, env=_environment(database_url, postbox.port), cwd=tmp_path
            )
            try:
                async with asyncio.timeout(patience(20)):
                    while await mails(resources, "sealed") != [None]:  # noqa: ASYNC110
                        await asyncio.sleep(0.02)
                process.send_signal(signal.SIGTERM)
                code = await asyncio.to_thread(process.wait, patience())
            finally:
                process.kill()

        assert code == 0
        assert (tmp_path / "log.worker.jsonl").read_text().count("worker stopped") == 1
        assert postbox.recipients == ["ada@example.com"]
        assert await mails(resources, "sealed", "tries") == [(None, 1)]

    async def test_warns_of_production_without_e_mail(
        self, resources: Resources, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings = resources.settings.model_copy(update={"env": "production"})
        task = asyncio.create_task(work(replace(resources, settings=settings)))

        await until(lambda: "USERVAULT_MAIL__FROM" in caplog.text)
        os.kill(os.getpid(), signal.SIGTERM)
        await task

        assert "USERVAULT_MAIL__HOST" in caplog.text


def _environment(url: str, port: int) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": url,
        "JWT_SECRET_KEY": SECRET,
        "USERVAULT_LOG__FILE": "log.jsonl",
        "USERVAULT_MAIL__TRANSPORT": "smtp",
        "USERVAULT_MAIL__HOST": "127.0.0.1",
        "USERVAULT_MAIL__PORT": str(port),
        "USERVAULT_MAIL__TLS": "none",
    }


def _opening(resources: Resources) -> Opening:
    @asynccontextmanager
    async def opening(_: Settings) -> AsyncIterator[Resources]:
        yield resources

    return opening
