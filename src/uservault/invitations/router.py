from typing import Annotated, Any

from fastapi import APIRouter, Query, status

from uservault.access.fresh import FreshLoginRequired
from uservault.access.guard import CurrentPrincipal, requires
from uservault.access.principal import Permission
from uservault.invitations.acceptance import InvitationAcceptance
from uservault.invitations.errors import InvitationNotFound
from uservault.invitations.models import Invitation
from uservault.invitations.reader import InvitationReader
from uservault.invitations.schemas import (
    InvitationAccept,
    InvitationCreate,
    InvitationId,
    InvitationRead,
)
from uservault.invitations.service import InvitationService
from uservault.kit.problems import problems
from uservault.kit.schema import Message
from uservault.limits.errors import TooManyTries
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.registration.errors import RegistrationClosed
from uservault.roles.errors import UnknownRole
from uservault.users.errors import EmailTaken, UsernameTaken
from uservault.users.models import User
from uservault.users.schemas import UserRead
from uservault.web.etag import created
from uservault.web.pagination import Paged, PageQuery
from uservault.web.route import Route
from uservault.wiring.scope import Inject, Shared

router = APIRouter(prefix="/api", tags=["invitations"], route_class=Route)

INVITING: dict[str, Any] = {"dependencies": [requires(Permission.INVITATIONS_WRITE)]}
SENT = problems(RegistrationClosed, EmailTaken, UnknownRole, FreshLoginRequired)


@router.get("/invitations", **INVITING)
async def list_invitations(
    query: Annotated[PageQuery, Query()],
    invitations: Shared[InvitationReader],
) -> Paged[InvitationRead]:
    """A page of the invitations that nobody has accepted yet, in the order of their ids."""
    return await invitations.page(query)


@router.post(
    "/invitations",
    response_model=InvitationRead,
    status_code=status.HTTP_201_CREATED,
    responses=SENT,
    **INVITING,
)
async def create_invitation(
    data: InvitationCreate, by: CurrentPrincipal, invitations: Inject[InvitationService]
) -> Invitation:
    """Invite somebody by mail, for 7 days. Of the roles, you hold all that they permit."""
    return await invitations.create(data, by)


@router.post(
    "/invitations/{id:id}/resend",
    response_model=InvitationRead,
    responses=SENT | problems(InvitationNotFound),
    **INVITING,
)
async def resend_invitation(
    id: InvitationId, by: CurrentPrincipal, invitations: Inject[InvitationService]
) -> Invitation:
    """Send it again, in your name and for another 7 days. The link sent before is void."""
    return await invitations.resend(id, by)


@router.delete("/invitations/{id:id}", responses=problems(InvitationNotFound), **INVITING)
async def revoke_invitation(id: InvitationId, invitations: Inject[InvitationService]) -> Message:
    """Take an invitation back."""
    await invitations.revoke(id)
    return Message(message="Invitation revoked")


@router.post(
    "/account/accept-invitation",
    response_model=UserRead,
    status_code=status.HTTP_201_CREATED,
    responses=problems(
        RegistrationClosed,
        InvitationNotFound,
        UsernameTaken,
        EmailTaken,
        PasswordRefused,
        TooManyTries,
        TooManyPasswords,
    ),
)
async def accept_invitation(
    data: InvitationAccept, invitations: Inject[InvitationAcceptance]
) -> Annotated[User, created("/api/users")]:
    """Become a user, with the address that was invited. It works once.

    Whoever sent the invitation must still be active, and may still do what it gives.
    """
    return await invitations.accept(data)
