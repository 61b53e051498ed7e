"""Run inside of the image by check.sh: does it do what its Dockerfile says?"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

CONFIG = json.loads(Path("/tmp/image.json").read_text())["Docker"]["config"]
COMMAND = [*CONFIG["Entrypoint"], *CONFIG["Cmd"]]
BUILDERS = ("gcc", "cc", "g++", "make", "pip", "pip3", "uv", "git", "curl")
REQUIRED = {
    "JWT_SECRET_KEY": os.urandom(32).hex(),
    "USERVAULT_PUBLIC_URL": "https://id.example.com",
}
GRACE = 20


def check(sentence: str, holds: object, seen: object = "") -> None:
    print("ok  " if holds else "FAIL", sentence, f"({seen})" if seen != "" else "", flush=True)
    if not holds:
        sys.exit(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(url: str) -> int:
    """Of what answers within half a minute."""
    deadline = time.monotonic() + 30
    while True:
        try:
            return int(urlopen(url, timeout=5).status)
        except URLError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def ran(command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def check_contents() -> None:
    user = CONFIG["User"]
    check("the user is a number, not root's", int(user.split(":")[0]) > 0, user)
    check("it runs as that user", f"{os.getuid()}:{os.getgid()}" == user)
    found = [name for name in BUILDERS if shutil.which(name)]
    check("there is nothing to build or install with", not found, found)
    for python in {sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"}:
        if Path(python).exists():
            pip = ran([python, "-m", "pip", "--version"])
            check(f"{python} has no pip", pip.returncode, pip.stderr.strip())
    writable = [d for d in ("/", "/etc", "/opt/uservault", "/usr") if os.access(d, os.W_OK)]
    check("it may write to none of its own files", not writable, writable)


def check_refusal() -> None:
    refused = ran(COMMAND)
    check("production refuses to start without a secret", refused.returncode == 2)
    check("and says why", "JWT_SECRET_KEY" in refused.stderr, refused.stderr.strip())


def check_service() -> None:
    port = {"USERVAULT_SERVER__PORT": str(free_port())}
    here = f"http://127.0.0.1:{port['USERVAULT_SERVER__PORT']}"
    server = subprocess.Popen(COMMAND, env=os.environ | REQUIRED | port, stderr=sys.stdout)
    for path in ("/healthz", "/readyz", "/docs", "/docs/assets/swagger-ui-bundle.js"):
        answered = status(here + path)
        check(f"{path} answers", answered == 200, answered)
    how, *probe = CONFIG["Healthcheck"]["Test"]
    check("the health check is in exec form", how == "CMD")
    check("and passes", ran(probe, **port).returncode == 0)
    check("logs go to the console only", not Path("logs").exists(), os.listdir())
    began = time.monotonic()
    server.send_signal(getattr(signal, CONFIG["StopSignal"]))
    code = server.wait(GRACE)
    check("it stops in time, with code 0", code == 0, f"{time.monotonic() - began:.1f} s, {code}")
    check("then the health check fails", ran(probe, **port).returncode)


check_contents()
check_refusal()
check_service()
