"""What a server does besides serving."""

from pathlib import Path

import httpx
import pytest

from tests.support.people import registration
from tests.support.serving import serving

WARNING = "DEVELOPMENT SERVES BEYOND THIS MACHINE"


@pytest.mark.promise("I14")
class TestServer:
    def test_makes_files_for_its_owner_alone(self, tmp_path: Path) -> None:
        files = {
            "JWT_SECRET_KEY": "",
            "USERVAULT_LOG__FILE": f"{tmp_path}/logs/microservice.log",
            "USERVAULT_LOG__FILE_BYTES": "10000",
            "USERVAULT_MAIL__TRANSPORT": "directory",
            "USERVAULT_MAIL__DIRECTORY": f"{tmp_path}/mail",
        }
        with (
            serving(f"sqlite:///{tmp_path}/app.db", **files) as server,
            httpx.Client(base_url=f"{server.url}/api", trust_env=False) as client,
        ):
            for number in range(30):
                client.post("/users", json=registration(f"ada{number}"))

            modes = {path: path.stat().st_mode for path in tmp_path.rglob("*") if path.is_file()}

        assert {path.name for path in modes} >= {
            "app.db",
            "app.db-wal",
            "app.db-shm",
            ".uservault-secret",
            "microservice.log",
            "microservice.log.1",
        }
        assert {oct(mode & 0o777) for mode in modes.values()} == {"0o600"}

    @pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", True), ("127.0.0.1", False)])  # noqa: S104
    def test_warns_of_development_beyond_the_machine(
        self, tmp_path: Path, host: str, warned: bool
    ) -> None:
        with serving(f"sqlite:///{tmp_path}/app.db", USERVAULT_SERVER__HOST=host) as server:
            said = server.said()

        assert (WARNING in said) == warned
