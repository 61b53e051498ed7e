"""Verifying an e-mail address and resetting a password, by one-time tokens from e-mails."""

from fastapi import status

from uservault.access.guard import Caller
from uservault.idempotency.endpoint import idempotent
from uservault.kit.problems import Unauthorized, problems
from uservault.kit.schema import Message
from uservault.limits.errors import TooManyTries
from uservault.one_time_tokens.errors import OneTimeTokenInvalid
from uservault.one_time_tokens.purposes import Purpose
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.recovery.code_with_address import CodeWithAddress
from uservault.recovery.email_requests import EmailRequests
from uservault.recovery.email_verification import EmailVerification
from uservault.recovery.password_reset import PasswordRecovery
from uservault.recovery.schemas import EmailRequest, EmailVerify, PasswordReset
from uservault.users.errors import EmailTaken
from uservault.web.routing import Router
from uservault.wiring.scope import Inject

router = Router(prefix="/api/account", tags=["account"])

ACCEPTED = Message(message="If an account uses this address, we will send it an e-mail.")


@router.post(
    "/verify-email",
    responses=problems(Unauthorized, OneTimeTokenInvalid, EmailTaken, TooManyTries),
)
@idempotent()
async def verify_email(
    caller: Caller,
    data: EmailVerify,
    verification: Inject[EmailVerification],
    with_address: Inject[CodeWithAddress],
) -> Message:
    """Verify an e-mail address with the token from the e-mail, or with its code.

    Send `email` with the code, or log in. A further or new address needs the login. Both expire
    after 24 hours; the code also after five tries. An address allows ten wrong codes a day.
    """
    if data.token is not None:
        await verification.verify_by_token(data.token)
    elif data.email is not None:
        await with_address.verify(data.email, data.code or "")
    elif caller is None:
        raise Unauthorized
    else:
        await verification.verify_by_code(caller.user_id, data.code or "")
    return Message(message="E-mail address verified")


@router.post(
    "/resend-verification",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(TooManyTries),
)
@idempotent()
async def resend_verification(data: EmailRequest, requests: Inject[EmailRequests]) -> Message:
    """Request another verification e-mail. The answer does not reveal if the account exists."""
    await requests.queue(Purpose.VERIFY_EMAIL, data.email)
    return ACCEPTED


@router.post(
    "/forgot-password", status_code=status.HTTP_202_ACCEPTED, responses=problems(TooManyTries)
)
@idempotent()
async def forgot_password(data: EmailRequest, requests: Inject[EmailRequests]) -> Message:
    """Request an e-mail with a token for choosing a new password.

    The answer does not reveal if the account exists.
    """
    await requests.queue(Purpose.RESET_PASSWORD, data.email)
    return ACCEPTED


@router.post(
    "/reset-password",
    responses=problems(OneTimeTokenInvalid, PasswordRefused, TooManyTries, TooManyPasswords),
)
@idempotent()
async def reset_password(data: PasswordReset, recovery: Inject[PasswordRecovery]) -> Message:
    """Choose a new password with the token from the e-mail. This ends all your sessions.

    The token works once and expires after 30 minutes.
    """
    await recovery.reset(data.token, data.new_password)
    return Message(message="Password changed")
