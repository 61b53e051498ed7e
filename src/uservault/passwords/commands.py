"""`uservault tune-hash`."""

from collections.abc import Sequence
from typing import Annotated

import typer

from uservault.passwords.hasher import usable_cores
from uservault.passwords.tuning import Cost, argon2id, bcrypt_for, recommended
from uservault.settings.passwords import PasswordSettings

LINE = "{:<13}  {:<17}  {:>9}  {:>15}"
HEADINGS = LINE.format("SCHEME", "COST", "MS A HASH", "LOGINS A SECOND")


def add_tune_hash(app: typer.Typer) -> None:
    @app.command()
    def tune_hash(
        target: Annotated[
            float, typer.Option(help="Milliseconds of a core per hash.", min=1, max=10_000)
        ] = 250,
    ) -> None:
        """Measure password hashes on this machine. Print the settings that fit the target."""
        bcrypt, argon2 = bcrypt_for(target / 1000), argon2id()
        chosen = recommended(target / 1000, bcrypt, argon2)
        costs = [each for each in (bcrypt, argon2) if each]
        typer.echo("\n".join([*table(costs, usable_cores()), "", *settings_of(chosen)]))
        if chosen.seconds > target / 1000:
            typer.echo("This is over the target, but production accepts no less.", err=True)


def table(costs: Sequence[Cost], cores: int) -> list[str]:
    """A line for each scheme, with the most logins that so many cores can verify."""
    return [HEADINGS, *(_line(cost, cores) for cost in costs)]


def _line(cost: Cost, cores: int) -> str:
    settings, ms = cost.settings, cost.seconds * 1000
    what = f"{settings.rounds} rounds" if _has_rounds(settings) else "19 MiB, 2 passes"
    return LINE.format(settings.scheme, what, f"{ms:.0f}", f"{cores / cost.seconds:.1f}")


def settings_of(cost: Cost) -> list[str]:
    """To be written into `.env`."""
    lines = [f"USERVAULT_PASSWORDS__SCHEME={cost.settings.scheme}"]
    if _has_rounds(cost.settings):
        lines.append(f"USERVAULT_PASSWORDS__ROUNDS={cost.settings.rounds}")
    return lines


def _has_rounds(settings: PasswordSettings) -> bool:
    return settings.scheme != "argon2id"
