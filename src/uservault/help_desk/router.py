"""What an administrator does for a user who cannot log in, and whom no e-mail reaches."""

from uservault.access.fresh import FreshLoginRequired
from uservault.access.guard import CurrentPrincipal, requires
from uservault.access.principal import Permission
from uservault.help_desk.schemas import EmailVerificationUpdate, PasswordResetRead, PasswordSet
from uservault.help_desk.service import HelpDesk
from uservault.kit.problems import problems
from uservault.kit.schema import Message, PathId
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.users.errors import UserNotFound
from uservault.web.routing import Router
from uservault.wiring.scope import Inject

router = Router(prefix="/api/users/{id:id}", tags=["users"])

REQUIRES_RECOVER = [requires(Permission.USERS_RECOVER, fresh=True)]
PROBLEMS = (UserNotFound, FreshLoginRequired)


@router.put(
    "/password",
    dependencies=REQUIRES_RECOVER,
    responses=problems(*PROBLEMS, PasswordRefused, TooManyPasswords),
)
async def set_password(
    id: PathId, data: PasswordSet, me: CurrentPrincipal, help_desk: Inject[HelpDesk]
) -> Message:
    """Set a user's password. This ends their sessions."""
    await help_desk.set_password(id, data.password, must_change=data.must_change, by=me)
    return Message(message="Password set")


@router.post("/password-reset", dependencies=REQUIRES_RECOVER, responses=problems(*PROBLEMS))
async def make_password_reset(
    id: PathId, me: CurrentPrincipal, help_desk: Inject[HelpDesk]
) -> PasswordResetRead:
    """Make a link for a new password, to hand over. It works once, for 30 minutes."""
    return await help_desk.make_reset_link(id, by=me)


@router.put("/email-verification", dependencies=REQUIRES_RECOVER, responses=problems(*PROBLEMS))
async def mark_email(
    id: PathId, data: EmailVerificationUpdate, me: CurrentPrincipal, help_desk: Inject[HelpDesk]
) -> Message:
    """Mark a user's e-mail address as verified or not."""
    await help_desk.mark_email(id, verified=data.verified, by=me)
    return Message(message="E-mail address marked")
