"""The `uservault` command."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from uservault.app import create_app
from uservault.audit.adoption import Adoption
from uservault.audit.commands import audit_commands
from uservault.db import migrations, outages
from uservault.db.revisions import newest
from uservault.help_desk.commands import user_commands
from uservault.keys.commands import key_commands
from uservault.kit.problems import MEDIA_TYPE, Problem, every_problem
from uservault.passwords.commands import add_tune_hash
from uservault.registration.commands import add_create_admin
from uservault.resources import open_resources
from uservault.serving.run import CannotListen
from uservault.serving.run import serve as serve_forever
from uservault.settings.loading import BadSettings, every_setting, load_settings, shown, sources
from uservault.settings.tree import Settings
from uservault.telemetry.logs import configure_logging
from uservault.telemetry.starting import reason_of
from uservault.transfer.commands import add_import
from uservault.wiring.ports import Resources
from uservault.worker import work

T = TypeVar("T")

app = typer.Typer(
    help="A user management microservice.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
migrate = typer.Typer(help="Migrate the database's schema up or down.", no_args_is_help=True)
app.add_typer(migrate, name="migrate")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.", max=65535)] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes.", min=1)] = None,
    root_path: Annotated[
        str | None, typer.Option(help="The path below which a proxy serves the API.")
    ] = None,
) -> None:
    """Serve the API. Options override USERVAULT_SERVER__*."""
    options = {"host": host, "port": port, "workers": workers, "root_path": root_path}
    settings = _settings()
    server = settings.server.model_copy(
        update={name: value for name, value in options.items() if value is not None}
    )
    try:
        serve_forever(settings.model_copy(update={"server": server}))
    except CannotListen as error:
        _fail(str(error))


@app.command()
def worker() -> None:
    """Send e-mails and run the other jobs, for servers with USERVAULT_WORKER__EMBEDDED=false.

    Any number of workers can share the work. SIGTERM stops a worker cleanly.
    """
    settings = _settings()
    configure_logging(settings, beside="worker")
    _run(_work(settings))


@migrate.command()
def up(revision: Annotated[str, typer.Argument(help="The target revision.")] = "head") -> None:
    """Migrate up. Safe to run several times at once: one process migrates, the others wait."""
    _run(_migrate_up(_settings(), revision))
    _say(f"at {_current()}")


@migrate.command()
def down(revision: Annotated[str, typer.Argument(help="The target revision.")] = "-1") -> None:
    """Migrate down. Data that does not fit the older schema is lost."""
    _run(migrations.downgrade(_settings(), revision))
    _say(f"at {_current()}")


@migrate.command()
def current() -> None:
    """Print the database's revision and the one that this version expects."""
    _say(f"at {_current()}, expected {newest()}")


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    document = create_app(Settings.model_construct()).openapi()
    _say(json.dumps(document, indent=2, ensure_ascii=False))


@app.command()
def problems() -> None:
    """Print all problems of the API as a Markdown table."""
    _say("# Problems\n")
    _say(f"Every error is `{MEDIA_TYPE}` (RFC 9457). Match on `code`; the rest may be reworded.")
    _say("`token` and `revoke` answer `application/json`, with a status of their own (api.md).\n")
    _say("| status | code | title |\n|---|---|---|")
    for code, kind in every_problem().items():
        _say(f"| {kind.status} | `{code}` | {kind.title} |")


@app.command(name="settings")
def show_settings() -> None:
    """Print every setting with its meaning, default, value and the value's source."""
    settings, found = _settings(), sources()
    for setting in every_setting():
        source = found.get(setting.name, "default")
        _say(f"{setting.name}={shown(settings, setting)}")
        _say(f"    {setting.meaning}")
        _say(f"    default: {setting.default or 'none'}; from: {source}")


async def _migrate_up(settings: Settings, revision: str) -> None:
    applied = await migrations.upgrade(settings, revision)
    if applied and revision == "head":  # an older schema is not the one that we know
        async with open_resources(settings) as resources:
            await Adoption(resources).after(applied)


async def _work(settings: Settings) -> None:
    async with open_resources(settings) as resources:
        await work(resources)


async def _with_resources(action: Callable[[Resources], Awaitable[T]]) -> T:
    async with open_resources(_settings()) as resources:
        return await action(resources)


def _current() -> str:
    return _run(migrations.current(_settings())) or "nothing"


def _settings() -> Settings:
    try:
        return load_settings()
    except BadSettings as error:
        _fail(f"bad settings\n{error}")


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run the work. Print expected errors without a traceback and exit."""
    # Without a log, the last resort would print the reason a second time.
    logging.getLogger(outages.__name__).addHandler(logging.NullHandler())
    try:
        return asyncio.run(work)
    except Exception as error:
        if reason := reason_of(error):
            _fail(reason)
        if isinstance(error, Problem):
            errors = error.extra.get("errors", [])
            _fail("\n".join([error.title, *(each["detail"] for each in errors)]))
        raise


def _say(line: str) -> None:
    typer.echo(line)


def _fail(reason: str) -> NoReturn:
    typer.echo(f"uservault: {reason}", err=True)
    raise typer.Exit(2)


def _do(action: Callable[[Resources], Awaitable[str]]) -> None:
    _say(_run(_with_resources(action)))


app.add_typer(user_commands(_do, _fail), name="users")
app.add_typer(key_commands(_do), name="keys")
app.add_typer(audit_commands(_do), name="audit")
add_create_admin(app, _do, _fail)
add_import(app, _do, _fail)
add_tune_hash(app)
