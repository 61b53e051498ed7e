"""What schemathesis is told besides the document. It runs in a process of its own."""

import asyncio
import os
import re
from secrets import token_hex
from typing import Any

import httpx
import schemathesis
from email_validator import SPECIAL_USE_DOMAIN_NAMES
from hypothesis.strategies import emails

from tests.support.databases import settings_for
from tests.support.patience import patience
from tests.support.people import PASSWORD
from uservault.registration.first_admin import make_admin
from uservault.registration.schemas import UserCreate
from uservault.resources import open_resources

# JSON Schema's `email` knows nothing of the names that never have mail (RFC 6761).
schemathesis.openapi.format("email", emails().filter(lambda each: not _is_special(each)))

DATABASE_URL = os.environ.get("TESTED_DATABASE_URL", "")
BASE_URL = os.environ.get("TESTED_BASE_URL", "")
NAME = "Idempotency-Key"
KEY = re.compile(r'("?)[!#-\[\]-~]{1,255}\1')


class Administrator:
    """An administrator whom the run may delete, rename or log out: then another takes over."""

    def __init__(self) -> None:
        self.client = httpx.Client(base_url=BASE_URL, timeout=patience())
        self.headers: dict[str, str] = {}

    def get(self, case: Any, context: Any) -> dict[str, str]:
        answer = self.client.get("/api/users", params={"limit": 1}, headers=self.headers)
        if not answer.is_success:
            self.headers = {"Authorization": f"Bearer {_token_of_another()}"}
        return self.headers

    def set(self, case: Any, data: dict[str, str], context: Any) -> None:
        case.headers = {**(case.headers or {}), **data}


def _is_special(address: str) -> bool:
    return address.lower().endswith(tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES))


def _token_of_another() -> str:
    name = f"admin{token_hex(8)}"
    asyncio.run(_make_admin(name))
    given = {"username": name, "password": PASSWORD}
    token: str = httpx.post(f"{BASE_URL}/api/login", json=given, timeout=patience()).json()[
        "access_token"
    ]
    return token


async def _make_admin(name: str) -> None:
    data = UserCreate(username=name, email=f"{name}@example.com", password=PASSWORD)
    async with open_resources(settings_for(DATABASE_URL, passwords={"rounds": 4})) as resources:
        await make_admin(resources, data)


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """A line feed in any path is refused before its route is known, so no operation tells of it."""
    values = map(str, (case.path_parameters or {}).values())
    return not any("\n" in value or "%0A" in value for value in values)


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A key that is well formed belongs to one request: no schema can say that."""
    headers = case.headers or {}
    if KEY.fullmatch(headers.get(NAME, "")):
        case.headers = {**headers, NAME: token_hex(16)}


if DATABASE_URL:
    schemathesis.auth(refresh_interval=None)(Administrator)
