"""A user with something of everything that there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex

from httpx import AsyncClient
from sqlalchemy import update

from tests.support.people import Person, register
from uservault.db.unit_of_work import unit_of_work
from uservault.idempotency.models import StoredAnswer
from uservault.invitations.models import Invitation
from uservault.one_time_tokens.models import OneTimeToken
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.roles.models import UserRole
from uservault.sessions.models import Session
from uservault.users.models import User
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope

OLD = timedelta(days=400)
ROLE = {"permissions": ["invitations:write", "users:write"]}


@dataclass
class Stage:
    """Ada, on several devices, and an administrator."""

    resources: Resources
    root: Person
    ada: Person
    devices: list[Person]
    tokens: Mapping[Purpose, str]
    spent: str = ""  # a refresh token that was used long ago
    role: int = 0  # the id of a role of Ada's own
    invitation: int = 0  # the id of an invitation that she sent

    @property
    def client(self) -> AsyncClient:
        return self.ada.client

    @property
    def path(self) -> str:
        return f"/users/{self.ada.id}"

    @property
    def sessions(self) -> list[int]:
        """Their ids."""
        return [_session(each) for each in (self.ada, *self.devices)]

    def address(self, of: str) -> str:
        return f"{self.ada.username}-{of}@example.com"


def key() -> dict[str, str]:
    return {"Idempotency-Key": token_hex(8)}


async def set_up(resources: Resources, root: Person, name: str) -> Stage:
    root = await root.again()  # everybody's sessions may have ended
    ada = await register(root.client, name)
    stage = Stage(resources, root, ada, [await ada.again() for _ in range(5)], {})
    await _spend(stage)
    await _grant(stage)
    await ada.post("/me/emails", json={"email": stage.address("more")}, headers=key())
    sent = await ada.post("/invitations", json={"email": stage.address("guest")}, headers=key())
    stage.invitation = sent.json()["id"]
    stage.tokens = await _tokens(stage)
    await _age(stage)
    return stage


async def deleted_long_ago(stage: Stage) -> None:
    """Ada is to be purged."""
    theirs = update(User).where(User.id == stage.ada.id)
    async with unit_of_work(stage.resources.database) as session:
        await session.execute(theirs.values(deleted_at=stage.resources.clock() - OLD))


async def _spend(stage: Stage) -> None:
    device = stage.devices[0]
    stage.spent = device.refresh_token
    for _ in range(2):
        asked = {"refresh_token": device.refresh_token}
        answer = await stage.client.post("/refresh", json=asked)
        device.refresh_token = answer.json()["refresh_token"]


async def _grant(stage: Stage) -> None:
    name = stage.ada.username
    made = await stage.root.post("/roles", json={"name": name} | ROLE)
    stage.role = made.json()["id"]
    await stage.root.post("/roles", json={"name": f"{name}-brief"} | ROLE)
    end = stage.resources.clock() + timedelta(days=1)
    brief = {"role": f"{name}-brief", "expires_at": end.isoformat()}
    await stage.root.put(f"{stage.path}/roles", json={"roles": [name, brief]})


async def _tokens(stage: Stage) -> Mapping[Purpose, str]:
    """As if they had read their e-mails."""
    wanted = {
        Purpose.VERIFY_EMAIL: f"{stage.ada.username}@example.com",
        Purpose.ADD_EMAIL: stage.address("more"),
        Purpose.CHANGE_EMAIL: stage.address("other"),
        Purpose.RESET_PASSWORD: f"{stage.ada.username}@example.com",
        Purpose.INVITATION: None,
    }
    async with scope(stage.resources) as made:
        service = made.get(OneTimeTokenService)
        issued = {each: await service.issue(each, stage.ada.id, wanted[each]) for each in wanted}
        theirs = update(Invitation).where(Invitation.id == stage.invitation)
        token_id = issued[Purpose.INVITATION].id
        await made.session.execute(theirs.values(one_time_token_id=token_id))
    return {purpose: each.token for purpose, each in issued.items()}


async def _age(stage: Stage) -> None:
    """Some of it is over, for the sweeps."""
    id, past = stage.ada.id, stage.resources.clock() - OLD
    expired = {"expires_at": past}
    # The last two devices; what was voided; the answers to what set the stage.
    over = [
        (Session, (Session.user_id == id) & (Session.id > stage.sessions[3])),
        (OneTimeToken, (OneTimeToken.user_id == id) & OneTimeToken.used_at.is_not(None)),
        (StoredAnswer, StoredAnswer.user_id == id),
        (UserRole, (UserRole.user_id == id) & UserRole.expires_at.is_not(None)),
    ]
    async with unit_of_work(stage.resources.database) as session:
        for model, which in over:
            await session.execute(update(model).where(which).values(expired))


def _session(device: Person) -> int:
    return int(device.refresh_token.split(".")[1])
