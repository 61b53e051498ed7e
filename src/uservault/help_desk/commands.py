"""`uservault users`. The operator acts: no rule about who may change whom applies."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, NoReturn, TypeAlias

import typer
from pydantic import ValidationError

from uservault.help_desk.schemas import PasswordSet
from uservault.help_desk.service import HelpDesk
from uservault.registration.commands import prompt_password, read_password
from uservault.users.errors import UserNotFound
from uservault.users.repository import UserRepository
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

Action: TypeAlias = Callable[[Resources], Awaitable[str]]
Name = Annotated[str, typer.Argument(help="The username or e-mail address.")]
Stdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


def user_commands(do: Callable[[Action], None], fail: Callable[[str], NoReturn]) -> typer.Typer:
    """The commands. `do` opens the resources, runs the action and prints what it returns."""
    users = typer.Typer(help="Help users who cannot log in.", no_args_is_help=True)

    @users.command()
    def set_password(
        name: Name,
        password_stdin: Stdin = False,
        keep: Annotated[
            bool, typer.Option("--keep", help="The next login need not choose another password.")
        ] = False,
    ) -> None:
        """Set a user's password and end their sessions. Prompts for the password."""
        password = read_password(fail) if password_stdin else prompt_password()
        try:
            data = PasswordSet(password=password, must_change=not keep)
        except ValidationError as error:
            fail("\n".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors()))
        do(partial(_set_password, name=name, data=data))

    @users.command()
    def reset_link(name: Name) -> None:
        """Print a link for a new password, to hand over. It works once, for 30 minutes."""
        do(partial(_reset_link, name=name))

    @users.command()
    def verify_email(
        name: Name,
        revoke: Annotated[bool, typer.Option("--revoke", help="Mark it as not verified.")] = False,
    ) -> None:
        """Mark a user's e-mail address as verified."""
        do(partial(_verify_email, name=name, verified=not revoke))

    return users


async def _set_password(resources: Resources, name: str, data: PasswordSet) -> str:
    id = await _id(resources, name)
    async with scope(resources) as made:
        help_desk = made.get(HelpDesk)
        await help_desk.set_password(id, data.password, must_change=data.must_change, by=None)
    return f"set the password of {name}"


async def _reset_link(resources: Resources, name: str) -> str:
    id = await _id(resources, name)
    async with scope(resources) as made:
        made_link = await made.get(HelpDesk).make_reset_link(id, by=None)
    return made_link.link


async def _verify_email(resources: Resources, name: str, verified: bool) -> str:
    id = await _id(resources, name)
    async with scope(resources) as made:
        await made.get(HelpDesk).mark_email(id, verified=verified, by=None)
    return f"the e-mail address of {name} is {'verified' if verified else 'not verified'}"


async def _id(resources: Resources, name: str) -> int:
    """In a unit of work of its own, so that none is open while a password is hashed."""
    async with scope(resources) as made:
        id = await made.get(UserRepository).id_by_name(name)
    if id is None:
        raise UserNotFound
    return id
