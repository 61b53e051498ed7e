"""`uservault import`."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn, TypeAlias

import typer

from uservault.kit.urls import BadDatabaseUrl
from uservault.transfer.files import STANDARD_INPUT, Input, file_input
from uservault.transfer.importer import Importer
from uservault.transfer.names import Names
from uservault.transfer.progress import progress
from uservault.transfer.report import Report
from uservault.transfer.schemas import ImportQuery, OnConflict
from uservault.transfer.sources.flask import FlaskSource
from uservault.transfer.sources.tables import OtherDatabase
from uservault.wiring.ports import Resources

Action: TypeAlias = Callable[[Resources], Awaitable[str]]
Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[Input]]


def add_import(
    app: typer.Typer, do: Callable[[Action], None], fail: Callable[[str], NoReturn]
) -> None:
    """`do` opens the resources, runs the action and prints what it returns."""

    @app.command(name="import")
    def import_(
        file: Annotated[
            Path | None,
            typer.Argument(help="NDJSON, or CSV if named .csv. -: standard input."),
        ] = None,
        from_flask: Annotated[
            str | None, typer.Option(help="The database of the former Flask service, as a URL.")
        ] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Write nothing.")] = False,
        on_conflict: Annotated[
            OnConflict, typer.Option(help="For a user who exists.")
        ] = OnConflict.ERROR,
        keep_ids: Annotated[bool, typer.Option("--keep-ids", help="Take the rows' ids.")] = False,
        refused: Annotated[
            Path, typer.Option(help="Where to put refused rows with their reasons.")
        ] = Path("refused.ndjson"),
    ) -> None:
        """Import users from a file or from another service. Run it again to go on."""
        if file and not from_flask:
            if file != STANDARD_INPUT and not os.access(file, os.R_OK):
                fail(f"{file}: there is no such file, or it is not yours to read")
            opening: Opening = partial(file_input, file)
        elif from_flask and not file:
            opening = partial(_flask, from_flask)
        else:
            fail("name a file, or --from-flask")
        query = ImportQuery(
            dry_run=dry_run, on_conflict=on_conflict, keep_ids=keep_ids or from_flask is not None
        )
        report = Report(refused, dry_run=dry_run)
        try:
            do(partial(_import, opening=opening, query=query, report=report))
        except BadDatabaseUrl as error:
            fail(f"--from-flask: {error}")
        if report.summary.errors:
            raise typer.Exit(1)


async def _import(
    resources: Resources, opening: Opening, query: ImportQuery, report: Report
) -> str:
    try:
        async with opening() as given:
            with progress(given.total) as told:
                rows = report.watching(given.rows)
                async for results in Importer(resources, query).run(rows):
                    report.add(results)
                    told.advance(len(results))
    finally:
        report.close()
    return report.text()


@asynccontextmanager
async def _flask(url: str) -> AsyncIterator[Input]:
    async with OtherDatabase(url).open() as connection:
        source = FlaskSource(connection, Names(_tell))
        yield Input(source.rows(), await source.count())


def _tell(id: int, old: str, new: str) -> None:
    sys.stdout.write(
        f"user {id}: the username {old!r} is taken or not allowed here; it is now {new}\n"
    )
