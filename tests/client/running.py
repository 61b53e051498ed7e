"""UserVault and a second service, each a process, as the example's README starts them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.newcomer import serving
from tests.support.patience import patience, wait_until
from tests.support.people import register
from tests.support.tied import tied

EXAMPLE = Path(__file__).parents[2] / "examples" / "orders"
LEAD = 2  # seconds


@contextmanager
def uservault(folder: Path, port: int, database_url: str = "sqlite:///app.db") -> Iterator[str]:
    """`uservault serve` with key pairs; its address."""
    settings = {
        "DATABASE_URL": database_url,
        "USERVAULT_PERMISSIONS": "orders:read",
        "USERVAULT_TOKENS__ALGORITHM": "EdDSA",
        "USERVAULT_TOKENS__AUDIENCES": "orders",
        "USERVAULT_TOKENS__KEY_LEAD": f"PT{LEAD}S",
        "USERVAULT_PASSWORDS__ROUNDS": 4,
    }
    lines = (f"{name}={value}\n" for name, value in settings.items())
    (folder / ".env").write_text("".join(lines))
    with serving(folder, port):
        yield f"http://127.0.0.1:{port}"


async def register_root(api: str) -> None:
    async with httpx.AsyncClient(base_url=api, timeout=patience()) as client:
        await register(client, "root")


def rotate(folder: Path) -> None:
    subprocess.run(  # noqa: S603
        [str(Path(sys.executable).with_name("uservault")), "keys", "rotate"],
        cwd=folder,
        check=True,
        timeout=patience(20),
        stdout=subprocess.DEVNULL,
    )


@contextmanager
def orders(folder: Path, port: int, told: Mapping[str, str]) -> Iterator[str]:
    """The example, with that environment, once it listens; its address."""
    with (folder / "orders").open("wb") as console:
        process = subprocess.Popen(  # noqa: S603
            tied([sys.executable, "-m", "uvicorn", "main:app", "--port", port]),
            cwd=EXAMPLE,
            env={**os.environ, **told},
            stdout=console,
            stderr=console,
        )
    try:
        wait_for(process, f"http://127.0.0.1:{port}/openapi.json", folder / "orders")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(patience())


def wait_for(process: "subprocess.Popen[bytes]", url: str, console: Path) -> None:
    def listens() -> bool:
        try:
            return httpx.get(url, timeout=patience()).is_success
        except httpx.TransportError:
            return process.poll() is not None

    if not wait_until(listens, 20) or process.poll() is not None:
        raise RuntimeError(console.read_text(), process.poll())
