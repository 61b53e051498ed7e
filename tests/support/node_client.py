"""Runs the Node client of tests/clients against a service of its own: `make clients`."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from tests.support.patience import patience
from tests.support.people import PASSWORD, registration
from tests.support.serving import serving

CLIENT = Path(__file__).parents[1] / "clients" / "oauth.mjs"


def main() -> int:
    with TemporaryDirectory() as folder, serving(f"sqlite:///{folder}/app.db") as served:
        users = f"{served.url}/api/users"
        httpx.post(users, json=registration("ada"), trust_env=False).raise_for_status()
        return subprocess.run(  # noqa: S603
            ["node", str(CLIENT), served.url, "ada", PASSWORD],  # noqa: S607
            check=False,
            timeout=patience(60),
        ).returncode


if __name__ == "__main__":
    sys.exit(main())
