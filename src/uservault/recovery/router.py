"""What people do by the e-mails that they get."""

from fastapi import APIRouter, status

from uservault.access.guard import Caller
from uservault.kit.problems import Unauthorized, problems
from uservault.kit.schema import Message
from uservault.limits.errors import TooManyTries
from uservault.one_time_tokens.errors import OneTimeTokenInvalid
from uservault.one_time_tokens.purposes import Purpose
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.recovery.email_requests import EmailRequests
from uservault.recovery.email_verification import EmailVerification
from uservault.recovery.password_reset import PasswordRecovery
from uservault.recovery.schemas import EmailRequest, EmailVerify, PasswordReset
from uservault.users.errors import EmailTaken
from uservault.web.route import Route
from uservault.wiring.scope import Inject

router = APIRouter(prefix="/api/account", tags=["account"], route_class=Route)

ORDERED = Message(message="If there is an account to write to, an e-mail is on its way.")


@router.post("/verify-email", responses=problems(Unauthorized, OneTimeTokenInvalid, EmailTaken))
async def verify_email(
    caller: Caller, data: EmailVerify, verification: Inject[EmailVerification]
) -> Message:
    """Prove an address: with the token of the e-mail, or, signed in, with its code.

    A code is good for five tries, and both for 24 hours. A new address that waits for its proof
    replaces the old one.
    """
    if data.token is not None:
        await verification.by_token(data.token)
    elif caller is None:
        raise Unauthorized
    else:
        await verification.by_code(caller.user_id, data.code or "")
    return Message(message="The address is confirmed.")


@router.post(
    "/resend-verification",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(TooManyTries),
)
async def resend_verification(data: EmailRequest, requests: Inject[EmailRequests]) -> Message:
    """Ask for the e-mail again. The answer is the same whether there is such an account or not."""
    await requests.place(Purpose.VERIFY_EMAIL, data.email)
    return ORDERED


@router.post(
    "/forgot-password", status_code=status.HTTP_202_ACCEPTED, responses=problems(TooManyTries)
)
async def forgot_password(data: EmailRequest, requests: Inject[EmailRequests]) -> Message:
    """Ask for an e-mail with which to choose a new password.

    The answer is the same, in the same time, whether there is such an account or not.
    """
    await requests.place(Purpose.RESET_PASSWORD, data.email)
    return ORDERED


@router.post(
    "/reset-password",
    responses=problems(OneTimeTokenInvalid, PasswordRefused, TooManyTries, TooManyPasswords),
)
async def reset_password(data: PasswordReset, recovery: Inject[PasswordRecovery]) -> Message:
    """Choose a new password with the token of the e-mail: once, and within 30 minutes.

    All sessions end.
    """
    await recovery.reset(data.token, data.new_password)
    return Message(message="Password changed")
