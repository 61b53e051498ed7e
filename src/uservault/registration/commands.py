"""`uservault create-admin`."""

import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, NoReturn, TypeAlias

import typer
from pydantic import ValidationError

from uservault.registration.first_admin import make_admin
from uservault.registration.schemas import UserCreate
from uservault.wiring.ports import Resources

Action: TypeAlias = Callable[[Resources], Awaitable[str]]


def add_create_admin(
    app: typer.Typer, do: Callable[[Action], None], fail: Callable[[str], NoReturn]
) -> None:
    """`do` opens the resources, runs the action and prints what it returns."""

    @app.command()
    def create_admin(
        username: Annotated[str, typer.Option(prompt=True)],
        email: Annotated[str, typer.Option(prompt=True)],
        password_stdin: Annotated[
            bool, typer.Option("--password-stdin", help="Read the password from standard input.")
        ] = False,
    ) -> None:
        """Create an administrator: a user with every permission. Prompts for the password."""
        password = read_password(fail) if password_stdin else prompt_password()
        try:
            data = UserCreate(username=username, email=email, password=password)
        except ValidationError as error:
            fail("\n".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors()))
        do(partial(_create, data=data))


async def _create(resources: Resources, data: UserCreate) -> str:
    user = await make_admin(resources, data)
    return f"created administrator {user.username} with id {user.id}"


def read_password(fail: Callable[[str], NoReturn]) -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        fail("the password is not UTF-8")


def prompt_password() -> str:
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
