"""`uservault keys`."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Annotated, TypeAlias

import typer

from uservault.keys.lifecycle import KeyLifecycle, grace, lifecycles
from uservault.keys.repository import KeyRepository
from uservault.keys.service import KeyService
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

Action: TypeAlias = Callable[[Resources], Awaitable[str]]
LINE = "{:<43}  {:<9}  {:<8}  {:<20}  {:<20}"
KID_MAY_START_WITH_A_DASH = {"ignore_unknown_options": True}
HEADINGS = ("KID", "ALGORITHM", "STATE", "SIGNS FROM", "VERIFIES TO")


def key_commands(do: Callable[[Action], None]) -> typer.Typer:
    """The commands. `do` opens the resources, runs the action and prints what it returns."""
    keys = typer.Typer(help="Manage the key pairs that sign access tokens.", no_args_is_help=True)

    @keys.command(name="list")
    def list_keys() -> None:
        """List all keys, past ones too, with their current state."""
        do(_list)

    @keys.command()
    def rotate() -> None:
        """Publish the next key. It signs after USERVAULT_TOKENS__KEY_LEAD, without interruption."""
        do(_rotate)

    @keys.command(context_settings=KID_MAY_START_WITH_A_DASH)
    def retire(kid: Annotated[str, typer.Argument(help="The key's KID from `list`.")]) -> None:
        """Retire a compromised key at once. All tokens that it signed become invalid."""
        do(partial(_retire, kid=kid))

    return keys


async def _list(resources: Resources) -> str:
    async with scope(resources) as made:
        every = await made.get(KeyRepository).every()
    now = resources.clock()
    known = lifecycles(every, grace(resources.settings.tokens))
    return "\n".join([LINE.format(*HEADINGS), *(_line(life, now) for life in known)])


def _line(life: KeyLifecycle, now: datetime) -> str:
    key = life.key
    times = (_written(key.active_at), _written(life.verifies_to))
    return LINE.format(key.kid, key.algorithm, life.state(now), *times).rstrip()


def _written(time: datetime | None) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else ""


async def _rotate(resources: Resources) -> str:
    async with scope(resources) as made:
        key = await made.get(KeyService).rotate()
    return f"{key.kid} signs from {_written(key.active_at)}"


async def _retire(resources: Resources, kid: str) -> str:
    async with scope(resources) as made:
        await made.get(KeyService).retire(kid)
    return f"{kid} is retired"
