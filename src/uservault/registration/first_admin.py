"""Creates administrators from the command line and the settings, not from a request."""

import logging

from pydantic import ValidationError

from uservault.kit.problems import Conflict
from uservault.passwords.errors import PasswordRefused
from uservault.registration.accounts import Accounts
from uservault.registration.schemas import UserCreate
from uservault.roles.repository import RoleRepository
from uservault.settings.admin import AdminSettings
from uservault.settings.loading import BadSettings
from uservault.users.models import User
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

log = logging.getLogger(__name__)
PREFIX = "USERVAULT_ADMIN__"


async def make_admin(resources: Resources, data: UserCreate) -> User:
    """Raises UsernameTaken, EmailTaken or PasswordRefused."""
    async with scope(resources) as made:
        return await made.get(Accounts).create_admin(data)


async def make_first_admin(resources: Resources) -> None:
    """Creates the administrator in the settings if there is none yet. Raises BadSettings."""
    admin = resources.settings.admin
    if admin == AdminSettings():
        return
    async with scope(resources) as made:
        if await made.get(RoleRepository).any_admin():
            log.warning("an administrator exists: remove the settings USERVAULT_ADMIN__*")
            return
    try:
        async with scope(resources) as made:
            await made.get(Accounts).create_admin_if_first(_user_create(admin))
    except PasswordRefused as refused:
        raise BadSettings(f"{PREFIX}PASSWORD: {refused.reason}") from None
    except Conflict as conflict:
        async with scope(resources) as made:
            if not await made.get(RoleRepository).any_admin():  # else another replica created it
                raise BadSettings(f"{PREFIX}*: {conflict.title}") from None


def _user_create(admin: AdminSettings) -> UserCreate:
    password = admin.password.get_secret_value()
    try:
        return UserCreate(username=admin.username, email=admin.email, password=password)
    except ValidationError as error:
        messages = [
            f"{PREFIX}{each['loc'][0]!s}".upper() + f": {each['msg']}" for each in error.errors()
        ]
        raise BadSettings("\n".join(messages)) from None
