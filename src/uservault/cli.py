"""The `uservault` command."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from alembic.util import CommandError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from uservault.app import create_app
from uservault.audit.commands import audit_commands
from uservault.db import migrations
from uservault.keys.commands import key_commands
from uservault.kit.problems import MEDIA_TYPE, Problem, every_problem
from uservault.registration.first_admin import make_admin
from uservault.registration.schemas import UserCreate
from uservault.resources import open_resources
from uservault.serving import CannotListen
from uservault.serving import serve as serve_forever
from uservault.settings.loading import BadSettings, every_setting, load_settings, shown, sources
from uservault.settings.tree import Settings
from uservault.telemetry.logs import configure_logging
from uservault.wiring.ports import Resources
from uservault.worker import work

T = TypeVar("T")

app = typer.Typer(
    help="A user management microservice.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
migrate = typer.Typer(help="Bring the database's schema up to date, or back.", no_args_is_help=True)
app.add_typer(migrate, name="migrate")
app.add_typer(key_commands(lambda deed: _say(_run(_opened(deed)))), name="keys")
app.add_typer(audit_commands(lambda deed: _say(_run(_opened(deed)))), name="audit")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.", max=65535)] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.", min=1)] = None,
) -> None:
    """Serve the API. Without options, USERVAULT_SERVER__* says where."""
    given = {"host": host, "port": port, "workers": workers}
    settings = _settings()
    server = settings.server.model_copy(
        update={name: value for name, value in given.items() if value is not None}
    )
    try:
        serve_forever(settings.model_copy(update={"server": server}))
    except CannotListen as error:
        _fail(str(error))


@app.command()
def worker() -> None:
    """Deliver mail and do the other jobs, beside servers with USERVAULT_WORKER__EMBEDDED=false.

    Any number of workers share the work. SIGTERM stops one cleanly.
    """
    settings = _settings()
    configure_logging(settings, beside="worker")
    _run(_work(settings))


@migrate.command()
def up(revision: Annotated[str, typer.Argument(help="How far.")] = "head") -> None:
    """Migrate up. Safe to run from many places at once: one does it, the others wait."""
    _run(migrations.upgrade(_settings(), revision))
    _say(f"at {_current()}")


@migrate.command()
def down(revision: Annotated[str, typer.Argument(help="How far back.")] = "-1") -> None:
    """Migrate down; what the newer schema alone can hold is lost."""
    _run(migrations.downgrade(_settings(), revision))
    _say(f"at {_current()}")


@migrate.command()
def current() -> None:
    """Say which migration the database is at, and which one this version expects."""
    _say(f"at {_current()}, expected {migrations.newest()}")


@app.command()
def create_admin(
    username: Annotated[str, typer.Option(prompt=True)],
    email: Annotated[str, typer.Option(prompt=True)],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Create a user with every permission. The password is asked for, never an argument."""
    password = _read() if password_stdin else _asked()
    try:
        data = UserCreate(username=username, email=email, password=password)
    except ValidationError as error:
        _fail("\n".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors()))
    _run(_create_admin(_settings(), data))


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    document = create_app(Settings.model_construct()).openapi()
    _say(json.dumps(document, indent=2, ensure_ascii=False))


@app.command()
def problems() -> None:
    """Print the problems that the API answers, as a Markdown table."""
    _say("# Problems\n")
    _say(f"Every error is `{MEDIA_TYPE}` (RFC 9457). Match on `code`; the rest may be reworded.\n")
    _say("| status | code | title |\n|---|---|---|")
    for code, kind in every_problem().items():
        _say(f"| {kind.status} | `{code}` | {kind.title} |")


@app.command(name="settings")
def show_settings() -> None:
    """Print every setting: its meaning, default, present value and where that comes from."""
    settings, found = _settings(), sources()
    for setting in every_setting():
        source = found.get(setting.name, "default")
        _say(f"{setting.name}={shown(settings, setting)}")
        _say(f"    {setting.meaning}")
        _say(f"    default: {setting.default or 'none'}; from: {source}")


async def _work(settings: Settings) -> None:
    async with open_resources(settings) as resources:
        await work(resources)


async def _create_admin(settings: Settings, data: UserCreate) -> None:
    async with open_resources(settings) as resources:
        user = await make_admin(resources, data)
    _say(f"{user.username} is administrator, with id {user.id}")


async def _opened(deed: Callable[[Resources], Awaitable[T]]) -> T:
    async with open_resources(_settings()) as resources:
        return await deed(resources)


def _current() -> str:
    return _run(migrations.current(_settings())) or "nothing"


def _read() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        _fail("the password is not UTF-8")


def _asked() -> str:
    asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _settings() -> Settings:
    try:
        return load_settings()
    except BadSettings as error:
        _fail(f"bad settings\n{error}")


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Does it, and says in a line what keeps it from being done."""
    try:
        return asyncio.run(work)
    except Problem as problem:
        faults = problem.extra.get("errors", [])
        _fail("\n".join([problem.title, *(fault["detail"] for fault in faults)]))
    except (DBAPIError, OSError) as error:
        _fail(f"the database does not answer: {type(error).__name__}")
    except (
        CommandError,  # a revision that there is not
        migrations.MigrationLocked,
        migrations.MigrationFailed,
    ) as error:
        _fail(str(error))


def _say(line: str) -> None:
    typer.echo(line)


def _fail(reason: str) -> NoReturn:
    typer.echo(f"uservault: {reason}", err=True)
    raise typer.Exit(2)
