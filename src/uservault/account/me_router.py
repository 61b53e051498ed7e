"""A user's own account."""

from uservault.access.fresh import FreshLoginRequired
from uservault.access.guard import CurrentPrincipal, FreshPrincipal
from uservault.account.password_change import PasswordChange
from uservault.account.schemas import PasswordUpdate, ProofRead, Reauthentication
from uservault.account.service import AccountService
from uservault.auth.reauthentication import Reauthentication as ReauthenticationFlow
from uservault.db.errors import ConcurrentChange
from uservault.kit.problems import PreconditionFailed, problems
from uservault.kit.schema import Message
from uservault.limits.errors import TooManyTries
from uservault.passwords.errors import CurrentPasswordWrong, PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.sessions.errors import SessionNotFound
from uservault.users.errors import EmailTaken, UsernameTaken, UserNotFound
from uservault.users.reader import UserReader
from uservault.users.schemas import UserRead, UserUpdate
from uservault.web.etag import IfMatch, Tagged
from uservault.web.routing import Router
from uservault.wiring.scope import CurrentSettings, Inject, Shared

router = Router(prefix="/api/me", tags=["me"])


@router.get("", responses=problems(UserNotFound))
async def get_me(me: CurrentPrincipal, users: Shared[UserReader]) -> Tagged[UserRead]:
    """Read your own user."""
    return await users.get_for(me, me.user_id)


@router.patch(
    "",
    responses=problems(
        UserNotFound,
        UsernameTaken,
        EmailTaken,
        PreconditionFailed,
        TooManyTries,
        FreshLoginRequired,
    ),
)
async def patch_me(
    me: CurrentPrincipal,
    data: UserUpdate,
    check: IfMatch,
    account: Inject[AccountService],
) -> Tagged[UserRead]:
    """Change your own user.

    If verification is required, a new e-mail address applies once it is verified.
    """
    return await account.update(me.user_id, data, check, me)


@router.put(
    "/password",
    responses=problems(
        CurrentPasswordWrong,
        PasswordRefused,
        ConcurrentChange,
        TooManyTries,
        TooManyPasswords,
        FreshLoginRequired,
    ),
)
async def change_my_password(
    me: FreshPrincipal, data: PasswordUpdate, passwords: Inject[PasswordChange]
) -> Message:
    """Change your password. This ends all your other sessions."""
    await passwords.change(me, data.current_password, data.new_password)
    return Message(message="Password changed")


@router.post(
    "/reauthenticate",
    responses=problems(CurrentPasswordWrong, SessionNotFound, TooManyTries, TooManyPasswords),
)
async def reauthenticate(
    data: Reauthentication,
    me: CurrentPrincipal,
    flow: Inject[ReauthenticationFlow],
    settings: CurrentSettings,
) -> ProofRead:
    """Prove your password again, so that dangerous actions are possible in this session.

    They answer `fresh-login-required` if the last proof is older than USERVAULT_SESSIONS__FRESH.
    """
    at = await flow.prove(me, data.password)
    return ProofRead(authenticated_at=at, fresh_until=at + settings.sessions.fresh)
