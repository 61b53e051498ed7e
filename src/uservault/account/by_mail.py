"""What people do by the letters that they get."""

from fastapi import APIRouter, status

from uservault.access.guard import Caller
from uservault.account.orders import LetterOrders
from uservault.account.recovery import Recovery
from uservault.account.schemas import Addressee, EmailProof, PasswordReset
from uservault.account.verification import Verification
from uservault.kit.problems import Unauthorized, problems
from uservault.kit.route import Route
from uservault.kit.schema import Message
from uservault.kit.wiring import Inject
from uservault.limits.errors import TooManyTries
from uservault.passwords.errors import PasswordRefused
from uservault.passwords.hasher import TooManyPasswords
from uservault.tickets.errors import TicketRefused
from uservault.tickets.purposes import Purpose
from uservault.users.errors import EmailTaken

router = APIRouter(prefix="/api/account", tags=["account"], route_class=Route)

ORDERED = Message(message="If there is an account to write to, a letter is on its way.")


@router.post("/verify-email", responses=problems(Unauthorized, TicketRefused, EmailTaken))
async def verify_email(
    caller: Caller, data: EmailProof, verification: Inject[Verification]
) -> Message:
    """Prove an address: with the token of the letter, or, signed in, with its code.

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
async def resend_verification(data: Addressee, orders: Inject[LetterOrders]) -> Message:
    """Ask for the letter again. The answer is the same whether there is such an account or not."""
    await orders.place(Purpose.VERIFY_EMAIL, data.email)
    return ORDERED


@router.post(
    "/forgot-password", status_code=status.HTTP_202_ACCEPTED, responses=problems(TooManyTries)
)
async def forgot_password(data: Addressee, orders: Inject[LetterOrders]) -> Message:
    """Ask for a letter with which to choose a new password.

    The answer is the same, in the same time, whether there is such an account or not.
    """
    await orders.place(Purpose.RESET_PASSWORD, data.email)
    return ORDERED


@router.post(
    "/reset-password",
    responses=problems(TicketRefused, PasswordRefused, TooManyTries, TooManyPasswords),
)
async def reset_password(data: PasswordReset, recovery: Inject[Recovery]) -> Message:
    """Choose a new password with the token of the letter: once, and within 30 minutes.

    All sessions end.
    """
    await recovery.reset(data.token, data.new_password)
    return Message(message="Password changed")
