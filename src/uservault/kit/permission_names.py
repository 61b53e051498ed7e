"""What permissions may be called: UserVault's own, and those of applications."""

import re
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints
from typing_extensions import TypeAliasType

MAX_LENGTH = 64
PATTERN = r"^[a-z][a-z0-9_-]{1,31}:[a-z][a-z0-9_.-]{1,31}$"
NAME = re.compile(PATTERN)
# For UserVault itself, now or later: an application's permission must never turn into one of ours.
PREFIXES = """
account accounts admin api-keys audit auth branding clients console consents credentials factors
groups identities invitations keys limits login logs mail me metadata mfa oauth oidc organisations
organizations passkeys permissions privacy providers roles saml scim service-accounts services
sessions settings telemetry tokens transfer users uservault webhooks
"""
RESERVED = frozenset(PREFIXES.split())


def is_reserved(name: str) -> bool:
    """Whether the part before the colon is UserVault's own."""
    return name.partition(":")[0].replace("_", "-") in RESERVED


def is_application_name(name: str) -> bool:
    """Whether an application's permission may have this name."""
    return len(name) <= MAX_LENGTH and bool(NAME.fullmatch(name)) and not is_reserved(name)


def _of_an_application(name: str) -> str:
    if is_reserved(name):
        raise ValueError("This prefix is reserved for UserVault.")
    return name


_Name = Annotated[str, StringConstraints(max_length=MAX_LENGTH, pattern=PATTERN)]
# Named, so that the OpenAPI document describes it once.
PermissionName = TypeAliasType("PermissionName", _Name)
ApplicationPermissionName = Annotated[
    _Name,
    AfterValidator(_of_an_application),
    Field(
        description="`resource:action`. UserVault's own prefixes, such as `users`, are reserved.",
        examples=["orders:read"],
    ),
]
MAX_TOTAL = 1200  # of all that applications register: an administrator's token names them all


def fit(names: Iterable[str]) -> bool:
    """Whether tokens have room for the names."""
    return sum(len(name) + len('"",') for name in names) <= MAX_TOTAL
