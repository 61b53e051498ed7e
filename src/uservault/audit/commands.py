"""`uservault audit`: for whoever runs the service."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, TypeAlias

import typer

from uservault.audit.chain import Head
from uservault.audit.verification import ChainVerification, Findings
from uservault.wiring.ports import Resources

Action: TypeAlias = Callable[[Resources], Awaitable[str]]


def audit_commands(do: Callable[[Action], None]) -> typer.Typer:
    """The commands; `do` opens the outside world for a deed, and says what it answers."""
    audit = typer.Typer(help="The record of events.", no_args_is_help=True)

    @audit.command()
    def verify(
        head: Annotated[
            str | None, typer.Option(help="What `head` printed once: it must be there still.")
        ] = None,
    ) -> None:
        """Find every event that was edited, removed or put in; exit code 1 if there is one."""
        do(partial(_verify, known=_parsed(head) if head else None))

    @audit.command(name="head")
    def show_head() -> None:
        """Print the end of the chain. Keep it elsewhere: it proves that nothing was cut off."""
        do(_head)

    return audit


def _parsed(text: str) -> Head:
    try:
        return Head.parsed(text)
    except ValueError:
        raise typer.BadParameter("it is what `head` printed", param_hint="--head") from None


async def _head(resources: Resources) -> str:
    head = await ChainVerification(resources).head()
    return str(head) if head.digest else "nothing is chained yet"


async def _verify(resources: Resources, known: Head | None) -> str:
    findings = await ChainVerification(resources).run(known)
    if not findings.count:
        return "\n".join([*_summary(findings), "nothing was tampered with"])
    for line in [*findings.faults, *_rest(findings), *_summary(findings)]:
        typer.echo(line)
    raise typer.Exit(1)


def _summary(findings: Findings) -> list[str]:
    since = f" since {findings.began_at:%Y-%m-%dT%H:%M:%SZ}" if findings.began_at else ""
    counts = f"{findings.linked} events chained{since}, {findings.waiting} waiting to be"
    return [counts, f"head {findings.head}"] if findings.head.digest else [counts]


def _rest(findings: Findings) -> list[str]:
    untold = findings.count - len(findings.faults)
    return [f"and {untold} more"] if untold else []
