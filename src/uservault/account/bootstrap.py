"""Administrators made by whoever runs the service, not by a request."""

import logging

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from uservault.account.maker import AccountMaker
from uservault.account.schemas import Registration
from uservault.events.log import EventLog
from uservault.kit.configuration import BadSettings
from uservault.kit.db import unit_of_work
from uservault.kit.ports import Resources
from uservault.kit.problems import Conflict
from uservault.mail.notices import Notices
from uservault.mail.repository import LetterRepository
from uservault.mail.service import Mailer
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.policy import PasswordPolicy
from uservault.passwords.repository import PasswordRepository
from uservault.passwords.service import PasswordService
from uservault.roles.repository import RoleRepository
from uservault.roles.service import RoleService
from uservault.settings import AdminSettings
from uservault.users.models import User
from uservault.users.repository import UserRepository
from uservault.users.service import UserService

log = logging.getLogger(__name__)
PREFIX = "USERVAULT_ADMIN__"


async def make_admin(resources: Resources, data: Registration) -> User:
    """Raises UsernameTaken, EmailTaken or PasswordRefused."""
    async with unit_of_work(resources.database) as session:
        return await _maker(resources, session).make_admin(data)


async def make_first_admin(resources: Resources) -> None:
    """The one that the settings name, if there is no administrator yet. Raises BadSettings."""
    given = resources.settings.admin
    if given == AdminSettings():
        return
    async with unit_of_work(resources.database) as session:
        if await RoleRepository(session).any_admin():
            log.warning("USERVAULT_ADMIN__* is not needed any more: take it away")
            return
    try:
        async with unit_of_work(resources.database) as session:
            await _maker(resources, session).make_admin_if_first(_registration(given))
    except PasswordRefused as refused:
        raise BadSettings(f"{PREFIX}PASSWORD: {refused.reason}") from None
    except Conflict as conflict:
        async with unit_of_work(resources.database) as session:
            if not await RoleRepository(session).any_admin():  # then no other replica was first
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


def _maker(resources: Resources, session: AsyncSession) -> AccountMaker:
    events = EventLog(session, resources.clock, resources.sealer)
    policy = resources.shared(PasswordPolicy)
    settings, now = resources.settings, resources.clock
    mailer = Mailer(LetterRepository(session), events, resources.sealer, settings, now)
    notices = Notices(mailer, settings)
    return AccountMaker(
        UserService(UserRepository(session), events, now),
        PasswordService(PasswordRepository(session), policy, resources.hasher),
        RoleService(RoleRepository(session), events, notices, settings, now),
    )
