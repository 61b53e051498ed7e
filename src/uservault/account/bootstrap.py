"""Administrators made by whoever runs the service, not by a request."""

import logging
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncSession

from uservault.account.maker import AccountMaker
from uservault.account.schemas import Registration
from uservault.events.log import EventLog
from uservault.kit.db import unit_of_work
from uservault.kit.ports import Resources
from uservault.kit.problems import Conflict
from uservault.passwords.policy import PasswordPolicy
from uservault.passwords.repository import PasswordRepository
from uservault.passwords.service import PasswordService
from uservault.roles.repository import RoleRepository
from uservault.roles.service import RoleService
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.users.service import UserService

log = logging.getLogger(__name__)


async def make_admin(resources: Resources, data: Registration) -> User:
    """Raises UsernameTaken, EmailTaken or PasswordRefused."""
    async with unit_of_work(resources.database) as session:
        return await _maker(resources, session).make_admin(data)


async def make_first_admin(resources: Resources) -> None:
    """The one that the settings name, if there is no administrator yet."""
    given = resources.settings.admin
    if not given.username:
        return
    async with unit_of_work(resources.database) as session:
        if await RoleRepository(session).any_admin():
            log.warning("USERVAULT_ADMIN__* is not needed any more: take it away")
            return
    data = Registration(
        username=given.username, email=given.email, password=given.password.get_secret_value()
    )
    with suppress(Conflict):  # another replica was first
        async with unit_of_work(resources.database) as session:
            await _maker(resources, session).make_admin_if_first(data)


def _maker(resources: Resources, session: AsyncSession) -> AccountMaker:
    events = EventLog(session, resources.clock)
    policy = resources.shared(PasswordPolicy)
    return AccountMaker(
        UserService(UserRepository(session), events, resources.clock),
        PasswordService(PasswordRepository(session), policy, resources.hasher),
        RoleService(RoleRepository(session), events, resources.settings, resources.clock),
    )
