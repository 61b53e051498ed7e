"""Kills the service under write load, over and over, and counts what was promised and lost.

Ends with 1 if an answered request was lost, with 2 if the time was not enough.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from sqlalchemy import select

from faults.ledger import Ledger
from faults.load import load
from faults.service import running
from tests.support.databases import connected
from tests.support.server import Server
from tests.support.servers import postgresql_server
from uservault.users.models import User

BUSY = 60  # answers, before the kill; one more each round, to come at another moment


async def kill_under_load(url: str, server: Server | None, number: int, ledger: Ledger) -> None:
    """One round; in every other, the database's server is killed first, if it has one."""
    with running(url) as service:
        ledger.wait_for(BUSY + number)
        writing = asyncio.create_task(load(service.base_url, f"round{number}", ledger))
        async with asyncio.timeout(60):
            await ledger.busy.wait()
        if server and number % 2:
            server.kill()
            await asyncio.sleep(0.1)
        service.kill()
        await writing
    if server and number % 2:
        server.start()


async def addresses(url: str) -> dict[str, str]:
    async with connected(url) as connection:
        rows = await connection.execute(select(User.username, User.email))
        return {row.username: row.email for row in rows}


def rounds(name: str, url: str, server: Server | None, wanted: int, seconds: float) -> bool:
    """Does so many, within the time; whether every promise was kept, and all were done."""
    ledger, deadline, done, broken = Ledger(), monotonic() + seconds, 0, list[str]()
    while done < wanted and monotonic() < deadline:
        asyncio.run(kill_under_load(url, server, done, ledger))
        broken = ledger.broken(asyncio.run(addresses(url)))
        done += 1
        if broken:
            break
    deeds = [ledger.answered[deed] for deed in ("registered", "updated", "deleted")]
    print(row(name, f"{done}/{wanted}", *deeds, ledger.unanswered, len(broken)), flush=True)
    if broken:
        sys.exit(1)
    return done == wanted


def row(*cells: object) -> str:
    return " ".join(f"{cell!s:>12}" for cell in cells)


@contextmanager
def sqlite() -> Iterator[str]:
    with TemporaryDirectory(prefix="uservault-") as folder:
        yield f"sqlite:///{Path(folder) / 'app.db'}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20, help="on each database")
    parser.add_argument("--seconds", type=float, default=90, help="for each database, at most")
    given = parser.parse_args()
    print(row("", "rounds", "registered", "updated", "deleted", "unanswered", "lost"))
    with sqlite() as url:
        first = rounds("sqlite", url, None, given.rounds, given.seconds)
    with postgresql_server("fsync=on") as server:
        second = rounds("postgresql", server.url, server, given.rounds, given.seconds)
    sys.exit(0 if first and second else 2)


if __name__ == "__main__":  # its processes import it too
    main()
