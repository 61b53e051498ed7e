"""`uservault keys …`, beside real server processes."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

import httpx
import pytest
from typer.testing import CliRunner, Result

from tests.keys.replicas import kid_of
from tests.support.databases import SECRET
from tests.support.patience import patience
from tests.support.people import registration, tokens_of
from tests.support.server import free_port
from tests.support.tied import tied
from uservault.cli import app

COMMAND = Path(sys.executable).with_name("uservault")
LEAD = 2

Environment: TypeAlias = dict[str, str]


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> Environment:
    return os.environ | {
        "DATABASE_URL": database_url,
        "JWT_SECRET_KEY": SECRET,
        "USERVAULT_TOKENS__ALGORITHM": "EdDSA",
        "USERVAULT_TOKENS__KEY_LEAD": str(LEAD),
        "USERVAULT_PASSWORDS__ROUNDS": "4",
        "USERVAULT_LOG__FILE": str(tmp_path / "log"),
    }


def run(environment: Environment, *words: str, **others: str) -> Result:
    """`uservault keys` with those words."""
    return CliRunner().invoke(app, ["keys", *words], env=dict(environment) | others)


@contextmanager
def serving(environment: Environment) -> Iterator[str]:
    """A server process; its address. It need not listen yet."""
    port = free_port()
    command = tied([COMMAND, "serve", "--port", port])
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(patience())


@asynccontextmanager
async def two_servers(
    environment: Environment,
) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    with ExitStack() as stack:
        urls = [stack.enter_context(serving(environment)) for _ in range(2)]
        async with (
            httpx.AsyncClient(base_url=f"{urls[0]}/api", timeout=patience()) as first,
            httpx.AsyncClient(base_url=f"{urls[1]}/api", timeout=patience()) as second,
        ):
            await asyncio.gather(listens(first), listens(second))
            yield first, second


async def listens(client: httpx.AsyncClient) -> None:
    """Returns when it does."""
    async with asyncio.timeout(patience(20)):
        while True:
            with suppress(httpx.TransportError):
                if (await client.get("/users")).status_code == 401:
                    return
            await asyncio.sleep(0.05)


async def test_rotate_under_load_refuses_no_token(environment: Environment) -> None:
    async with two_servers(environment) as (first, second):
        await first.post("/users", json=registration("ada"))
        kids: list[str | None] = []
        refused: list[int] = []
        over = asyncio.Event()

        async def use(here: httpx.AsyncClient, there: httpx.AsyncClient) -> None:
            while not over.is_set():
                token = (await tokens_of(here, "ada"))["access_token"]
                kids.append(kid_of(token))
                for client in (here, there):
                    header = {"Authorization": f"Bearer {token}"}
                    status = (await client.get("/users/1", headers=header)).status_code
                    refused.extend([status] * (status != 200))

        pairs = [(first, second), (second, first)] * 2
        users = [asyncio.create_task(use(*pair)) for pair in pairs]
        rotated = await asyncio.create_subprocess_exec(
            COMMAND, "keys", "rotate", env=environment, stdout=subprocess.PIPE
        )
        new = (await rotated.communicate())[0].decode().split()[0]
        await asyncio.sleep(2 * LEAD)
        over.set()
        await asyncio.gather(*users)

        assert refused == []
        assert len(set(kids)) == 2  # the processes started at once, and made one key between them
        assert kids[0] != new == kids[-1]


class TestCommands:
    def test_show_the_life_of_keys(self, environment: Environment) -> None:
        empty = run(environment, "list")
        kid, next_kid = (run(environment, "rotate").stdout.split()[0] for _ in range(2))
        retired = run(environment, "retire", kid)
        shown = run(environment, "list")

        assert [line.split()[0] for line in empty.stdout.splitlines()] == ["KID"]
        assert retired.stdout == f"{kid} is retired\n"
        first, second = (line.split() for line in shown.stdout.splitlines()[1:])
        assert first[:3] == [kid, "EdDSA", "retired"]
        assert second[:2] == [next_kid, "EdDSA"]
        assert second[2] in ("signs", "next")

    @pytest.mark.parametrize(
        ("words", "others", "reason"),
        [
            (["retire", "x"], {}, "There is no such signing key."),
            (["retire", "-gPo"], {}, "There is no such signing key."),  # one KID of 64 starts so
            (["retire", "--PoP"], {}, "There is no such signing key."),
            (["rotate"], {"USERVAULT_TOKENS__ALGORITHM": "HS256"}, "no key pairs"),
            (["rotate"], {"USERVAULT_SEALING_KEYS": "z" * 32}, "USERVAULT_SEALING_KEYS"),
        ],
    )
    def test_say_in_a_line_what_they_cannot_do(
        self, environment: Environment, words: list[str], others: Mapping[str, str], reason: str
    ) -> None:
        run(environment, "rotate")

        refused = run(environment, *words, **others)

        assert (refused.exit_code, refused.stdout) == (2, "")
        assert reason in refused.stderr
        assert len(refused.stderr.splitlines()) == 1
