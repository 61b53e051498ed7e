"""`uservault audit`."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, TypeAlias

import typer

from uservault.audit.adoption import Adoption
from uservault.audit.chain import Head
from uservault.audit.kept_head import KeptHead
from uservault.audit.verification import ChainVerification, Findings
from uservault.wiring.ports import Resources

Action: TypeAlias = Callable[[Resources], Awaitable[str]]


def audit_commands(do: Callable[[Action], None]) -> typer.Typer:
    """The commands. `do` opens the resources, runs the action and prints what it returns."""
    audit = typer.Typer(help="Check the record of events.", no_args_is_help=True)

    @audit.command()
    def verify(
        head: Annotated[
            str | None,
            typer.Option(help="An earlier output of `head`, which must still be in the chain."),
        ] = None,
    ) -> None:
        """Find events that were edited, removed or inserted. Exit code 1 if there are any."""
        do(partial(_verify, known=_parsed(head) if head else None))

    @audit.command(name="head")
    def show_head() -> None:
        """Print the end of the chain. Keep it elsewhere: it proves later that no end is missing."""
        do(_head)

    @audit.command()
    def adopt() -> None:
        """Take the record as it is: seal events without a seal, and begin a chain if none is sound.

        Run `verify` first. What was tampered with is taken in, too.
        """
        do(_adopt)

    return audit


def _parsed(text: str) -> Head:
    try:
        return Head.parsed(text)
    except ValueError:
        raise typer.BadParameter("must be an output of `head`", param_hint="--head") from None


async def _head(resources: Resources) -> str:
    head = await resources.shared(KeptHead).head()
    return str(head) if head.digest else "no events are chained yet"


async def _adopt(resources: Resources) -> str:
    sealed, begun = await Adoption(resources).run()
    return f"{sealed} events sealed, {'a new chain begun' if begun else 'the chain goes on'}"


async def _verify(resources: Resources, known: Head | None) -> str:
    try:
        findings = await ChainVerification(resources).run(known)
    except (OSError, ValueError):
        typer.echo("USERVAULT_AUDIT__HEAD_FILE: cannot be read, or holds no head")
        raise typer.Exit(1) from None
    if not findings.count:
        return "\n".join([*_summary(findings), "no tampering found"])
    for line in [*findings.faults, *_rest(findings), *_summary(findings)]:
        typer.echo(line)
    raise typer.Exit(1)


def _summary(findings: Findings) -> list[str]:
    since = f" since {findings.began_at:%Y-%m-%dT%H:%M:%SZ}" if findings.began_at else ""
    counts = f"{findings.linked} events chained{since}, {findings.waiting} not chained yet"
    return [counts, f"head {findings.head}"] if findings.head.digest else [counts]


def _rest(findings: Findings) -> list[str]:
    more = findings.count - len(findings.faults)
    return [f"and {more} more"] if more else []
