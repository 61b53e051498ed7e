from typing import Annotated, Any

from fastapi import Query, status

from uservault.access.fresh import FreshLoginRequired
from uservault.access.guard import CurrentPrincipal, requires
from uservault.access.principal import Permission
from uservault.db.errors import ConcurrentChange
from uservault.idempotency.endpoint import idempotent
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
from uservault.users.errors import EmailTaken, UsernameTaken, UserNotFound
from uservault.users.models import User
from uservault.users.schemas import UserRead
from uservault.web.etag import created
from uservault.web.pagination import Paged, PageQuery
from uservault.web.routing import Router
from uservault.wiring.scope import Inject, Shared

router = Router(prefix="/api", tags=["invitations"])

REQUIRES_WRITE: dict[str, Any] = {"dependencies": [requires(Permission.INVITATIONS_WRITE)]}
PROBLEMS = problems(
    RegistrationClosed, UserNotFound, EmailTaken, UnknownRole, FreshLoginRequired, TooManyTries
)
RESEND = problems(
    RegistrationClosed,
    InvitationNotFound,
    UserNotFound,
    ConcurrentChange,
    EmailTaken,
    UnknownRole,
    FreshLoginRequired,
    TooManyTries,
)


@router.get("/invitations", **REQUIRES_WRITE)
async def list_invitations(
    query: Annotated[PageQuery, Query()],
    invitations: Shared[InvitationReader],
) -> Paged[InvitationRead]:
    """List the invitations not accepted yet, sorted by id."""
    return await invitations.page(query)


@router.post(
    "/invitations",
    response_model=InvitationRead,
    status_code=status.HTTP_201_CREATED,
    responses=PROBLEMS,
    **REQUIRES_WRITE,
)
@idempotent()
async def create_invitation(
    data: InvitationCreate, by: CurrentPrincipal, invitations: Inject[InvitationService]
) -> Invitation:
    """Invite a person by e-mail. The invitation expires after 7 days.

    You can grant only roles whose permissions you hold.
    """
    return await invitations.create(data, by)


@router.post(
    "/invitations/{id:id}/resend",
    response_model=InvitationRead,
    responses=RESEND,
    **REQUIRES_WRITE,
)
@idempotent()
async def resend_invitation(
    id: InvitationId, by: CurrentPrincipal, invitations: Inject[InvitationService]
) -> Invitation:
    """Send an invitation again, in your name. It is valid for another 7 days."""
    return await invitations.resend(id, by)


@router.delete(
    "/invitations/{id:id}",
    responses=problems(InvitationNotFound, ConcurrentChange),
    **REQUIRES_WRITE,
)
async def revoke_invitation(id: InvitationId, invitations: Inject[InvitationService]) -> Message:
    """Revoke an invitation. Its link stops working."""
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
@idempotent(about_user=True)
async def accept_invitation(
    data: InvitationAccept, invitations: Inject[InvitationAcceptance]
) -> Annotated[User, created("/api/users")]:
    """Register with an invitation's token and e-mail address. The token works once."""
    return await invitations.accept(data)
