"""A client generated from the published document, used as its users would."""

import importlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from httpx import Timeout

from tests.support.patience import patience
from tests.support.people import PASSWORD
from tests.support.serving import Served, command, serving

DOCUMENT = Path(__file__).parents[1] / "openapi.json"
CONFIG = Path(__file__).parent / "clients" / "openapi-python-client.yml"
pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The package, importable as `user_vault_client` while the tests run."""
    folder = tmp_path_factory.mktemp("client")
    package = folder / "client" / "user_vault_client"
    done = subprocess.run(  # noqa: S603
        [command("openapi-python-client"), "generate", "--path", str(DOCUMENT), "--meta", "none",
         "--output-path", str(package), "--fail-on-warning", "--config", str(CONFIG)],
        cwd=folder,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower()
    sys.path.insert(0, str(package.parent))
    try:
        yield package
    finally:
        sys.path.remove(str(package.parent))
        for name in [name for name in sys.modules if name.startswith("user_vault_client")]:
            del sys.modules[name]


@pytest.fixture(scope="module")
def served(module_url: str) -> Iterator[Served]:
    with serving(module_url) as served:
        yield served


@pytest.fixture
def stranger(generated: Path, served: Served) -> Iterator[Any]:
    with part("client").Client(base_url=served.url, timeout=Timeout(patience())) as stranger:
        yield stranger


def part(name: str) -> ModuleType:
    return importlib.import_module(f"user_vault_client.{name}")


def operation(name: str) -> Any:
    return part(f"api.{name}")


def test_every_name_is_one_that_a_person_would_give(generated: Path) -> None:
    names = [path.stem for path in generated.rglob("*.py") if path.stem != "__init__"]

    assert [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", name)] == []
    assert [name for name in names if "api_users" in name or name.startswith("body")] == []
    assert {"create_user", "list_users", "user_read", "problem_details"} <= set(names)


def test_it_registers_logs_in_and_does_all_that_can_be_done(served: Served, stranger: Any) -> None:
    models, clients = part("models"), part("client")
    registration = models.UserCreate("ada", "ada@example.com", PASSWORD)

    made = operation("users.create_user").sync(client=stranger, body=registration)
    login = models.Login("ada", PASSWORD)
    token = operation("auth.login").sync(client=stranger, body=login)
    with clients.AuthenticatedClient(
        base_url=served.url, token=token.access_token, timeout=Timeout(patience())
    ) as ada:
        listed = operation("users.list_users").sync(client=ada)
        read = operation("users.get_user").sync(made.id, client=ada)
        change = models.UserUpdate(username="lovelace")
        updated = operation("users.update_user").sync(made.id, client=ada, body=change)
        gone = operation("users.delete_user").sync(made.id, client=ada)

    assert isinstance(made, models.UserRead)
    assert listed == [read]
    assert (read.id, made.last_login_at) == (made.id, None)
    assert read.created_at.utcoffset() is not None
    assert (updated.id, updated.username) == (made.id, "lovelace")
    assert gone.message == "User deleted successfully"


def test_its_errors_have_a_type(stranger: Any) -> None:
    models = part("models")
    wrong = models.UserCreate("a", "ada@example.com", "x")

    refused = operation("auth.login").sync(client=stranger, body=models.Login("nobody", PASSWORD))
    invalid = operation("users.create_user").sync_detailed(client=stranger, body=wrong)

    assert isinstance(refused, models.ProblemDetails)
    assert refused.code == "login-refused"
    assert invalid.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [fault.pointer for fault in invalid.parsed.errors] == [
        "/body/username",
        "/body/password",
    ]
