"""Kills workers while e-mails go out: `python -m faults.mail [sqlite|postgresql|mariadb]`.

Two workers share a queue that fills meanwhile; some of the transactions roll back. A worker is
killed (SIGKILL) twenty times, and another takes its place. In the end each e-mail that was
committed has arrived at a real SMTP server at least once, and none that was not. Takes up to two
minutes.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import ColumnElement, func, select

from tests.support import databases, servers
from tests.support.server import free_port
from tests.support.smtp import Postbox, listening
from uservault.kit.problems import Conflict
from uservault.mail.messages import VerifyEmail
from uservault.mail.models import Mail
from uservault.mail.recipient import Recipient
from uservault.mail.service import Mailer
from uservault.resources import open_resources
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

LETTERS = 500
KILLS = 20
WORKERS = 2
CONCURRENCY = 5
TIMEOUT = 2  # seconds for an e-mail to be taken: the lease of a dead worker ends the sooner
LIMIT = 118.0


@dataclass
class SlowPostbox(Postbox):
    """Thinks a little before it takes an e-mail, so that a kill may fall anywhere."""

    arrived: Counter[str] = field(default_factory=Counter)

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        await asyncio.sleep(random.uniform(0.02, 0.2))  # noqa: S311
        self.arrived.update(envelope.rcpt_tos)
        return "250 taken"


class Workers:
    """Processes that deliver; each that is killed is replaced."""

    def __init__(self, settings: Settings, postbox: Postbox, folder: Path) -> None:
        self.environment = os.environ | {
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "JWT_SECRET_KEY": databases.SECRET,
            "USERVAULT_LOG__FILE": "",
            "USERVAULT_LOG__LEVEL": "warning",
            "USERVAULT_MAIL__TRANSPORT": "smtp",
            "USERVAULT_MAIL__HOST": "127.0.0.1",
            "USERVAULT_MAIL__PORT": str(postbox.port),
            "USERVAULT_MAIL__TLS": "none",
            "USERVAULT_MAIL__TIMEOUT": str(TIMEOUT),
            "USERVAULT_MAIL__CONCURRENCY": str(CONCURRENCY),
        }
        self.folder = folder
        self.running = [self._start() for _ in range(WORKERS)]
        self.killed = 0

    def kill_one(self) -> None:
        victim = self.running.pop(0)
        if victim.poll() is not None:
            raise RuntimeError(f"a worker ended by itself, with {victim.returncode}")
        victim.kill()
        victim.wait()
        self.killed += 1
        self.running.append(self._start())

    def stop(self) -> list[int]:
        for process in self.running:
            process.send_signal(signal.SIGTERM)
        return [process.wait(20) for process in self.running]

    def _start(self) -> subprocess.Popen[bytes]:
        command = [str(Path(sys.executable).with_name("uservault")), "worker"]
        return subprocess.Popen(command, env=self.environment, cwd=self.folder)  # noqa: S603


async def fill(resources: Resources, seconds: float) -> None:
    """Queues e-mails over that time; every eighth transaction queues one more and rolls back."""
    for number in range(LETTERS):
        await queue(resources, f"letter-{number}@example.com")
        if number % 8 == 0:
            with suppress(Conflict):
                await queue(resources, f"phantom-{number}@example.com", fail=True)
        await asyncio.sleep(seconds / LETTERS)


async def queue(resources: Resources, to: str, *, fail: bool = False) -> None:
    async with scope(resources) as made:
        mailer = made.get(Mailer)
        admitted = await mailer.admit(VerifyEmail, Recipient(to))
        await mailer.queue(VerifyEmail(token="token", code="123456"), admitted)  # noqa: S106
        if fail:
            raise Conflict


async def kill(workers: Workers, postbox: SlowPostbox, deadline: float) -> None:
    """Twenty times, each soon after an e-mail arrived: that is when a kill hurts most."""
    for _ in range(KILLS):
        enough = postbox.arrived.total() + random.randint(3, 15)  # noqa: S311
        while postbox.arrived.total() < enough and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        await asyncio.sleep(random.uniform(0, 0.1))  # noqa: S311
        await asyncio.to_thread(workers.kill_one)


async def all_sent(resources: Resources, deadline: float) -> int:
    """E-mails that are not sent when time is up; 0 as soon as all are."""
    while unsent := await count(resources, Mail.sent_at.is_(None)):
        if time.monotonic() > deadline:
            break
        await asyncio.sleep(0.2)
    return unsent


async def count(resources: Resources, which: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(Mail).where(which)
    number: int = (await resources.database.rows(counted))[0][0]
    return number


async def run(settings: Settings, postbox: SlowPostbox, folder: Path) -> bool:
    began = time.monotonic()
    deadline = began + LIMIT
    async with open_resources(settings) as resources:
        workers = Workers(settings, postbox, folder)
        try:
            await asyncio.gather(fill(resources, seconds=10), kill(workers, postbox, deadline - 50))
            unsent = await all_sent(resources, deadline)
            again = await count(resources, Mail.tries > 1)
        finally:
            codes = workers.stop()
    say(f"{workers.killed} kills, which interrupted {again} e-mails; the last ended with {codes}")
    say(f"{time.monotonic() - began:.0f} s, {unsent} not noted as sent")
    finished = workers.killed == KILLS and not unsent and not any(codes)
    return kept_word(postbox.arrived, workers.killed) and finished


def kept_word(arrived: Counter[str], killed: int) -> bool:
    expected = {f"letter-{number}@example.com" for number in range(LETTERS)}
    lost = expected - set(arrived)
    phantoms = set(arrived) - expected
    duplicates = arrived.total() - len(arrived)
    explained = killed * CONCURRENCY
    say(f"{LETTERS} e-mails: {len(lost)} lost, {len(phantoms)} that were rolled back arrived")
    say(f"{duplicates} arrived again; the kills explain up to {explained}")
    return not lost and not phantoms and duplicates <= explained


def say(line: str) -> None:
    typer.echo(f"mail: {line}")


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        url = f"sqlite:///{folder}/faults.db"
        databases.migrate(url)
        yield url
        return
    with servers.SERVERS[kind].running() as server:
        yield databases.create(server, "faults")


def main(kind: str = "postgresql") -> int:
    with TemporaryDirectory() as name, database(kind, Path(name)) as url:
        settings = databases.settings_for(url)
        with listening(SlowPostbox(free_port())) as postbox:
            say(f"on {kind}")
            kept = asyncio.run(run(settings, postbox, Path(name)))
    say("kept" if kept else "BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
