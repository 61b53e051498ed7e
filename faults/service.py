"""The service in a process that can be killed, forked off one that has imported all of it."""

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from time import monotonic, sleep

import httpx

from tests.support.patience import patience
from tests.support.server import free_port
from tests.support.serving import QUICK
from uservault.serving.run import serve
from uservault.settings.loading import load_settings

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["faults.service", "uservault.app"])


@dataclass
class Service:
    base_url: str
    process: BaseProcess

    def kill(self) -> None:
        """SIGKILL: it is given no moment to finish anything."""
        self.process.kill()
        self.process.join()


@contextmanager
def running(url: str) -> Iterator[Service]:
    port = free_port()
    env = {
        "DATABASE_URL": url,
        "USERVAULT_SERVER__PORT": str(port),
        "USERVAULT_LOG__LEVEL": "error",
    }
    process = PROCESSES.Process(target=_serve, args=(QUICK | env,))
    process.start()
    service = Service(f"http://127.0.0.1:{port}", process)
    try:
        _await_health(service)
        yield service
    finally:
        service.kill()


def _serve(env: dict[str, str]) -> None:
    os.environ.update(env)
    serve(load_settings())


def _await_health(service: Service) -> None:
    deadline = monotonic() + patience(20)
    while monotonic() < deadline and service.process.is_alive():
        try:
            if httpx.get(f"{service.base_url}/healthz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            sleep(0.02)
    raise RuntimeError("it does not serve")
