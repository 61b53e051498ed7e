"""Administrators made by whoever runs the service, not by a request."""

import logging

from pydantic import ValidationError

from uservault.account.maker import AccountMaker
from uservault.account.schemas import Registration
from uservault.kit.configuration import BadSettings
from uservault.kit.ports import Resources
from uservault.kit.problems import Conflict
from uservault.kit.wiring import scope
from uservault.passwords.errors import PasswordRefused
from uservault.roles.repository import RoleRepository
from uservault.settings import AdminSettings
from uservault.users.models import User

log = logging.getLogger(__name__)
PREFIX = "USERVAULT_ADMIN__"


async def make_admin(resources: Resources, data: Registration) -> User:
    """Raises UsernameTaken, EmailTaken or PasswordRefused."""
    async with scope(resources) as made:
        return await made.get(AccountMaker).make_admin(data)


async def make_first_admin(resources: Resources) -> None:
    """The one that the settings name, if there is no administrator yet. Raises BadSettings."""
    given = resources.settings.admin
    if given == AdminSettings():
        return
    async with scope(resources) as made:
        if await made.get(RoleRepository).any_admin():
            log.warning("USERVAULT_ADMIN__* is not needed any more: take it away")
            return
    try:
        async with scope(resources) as made:
            await made.get(AccountMaker).make_admin_if_first(_registration(given))
    except PasswordRefused as refused:
        raise BadSettings(f"{PREFIX}PASSWORD: {refused.reason}") from None
    except Conflict as conflict:
        async with scope(resources) as made:
            if not await made.get(RoleRepository).any_admin():  # then no other replica was first
                raise BadSettings(f"{PREFIX}*: {conflict.title}") from None


def _registration(given: AdminSettings) -> Registration:
    password = given.password.get_secret_value()
    try:
        return Registration(username=given.username, email=given.email, password=password)
    except ValidationError as error:
        faults = [
            f"{PREFIX}{each['loc'][0]!s}".upper() + f": {each['msg']}" for each in error.errors()
        ]
        raise BadSettings("\n".join(faults)) from None
