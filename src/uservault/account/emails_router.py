"""A user's own e-mail addresses."""

from typing import Annotated

from fastapi import Path, status

from uservault.access.fresh import FreshLoginRequired
from uservault.access.guard import CurrentPrincipal, FreshPrincipal
from uservault.account.emails import EmailAddresses
from uservault.account.emails_reader import UserEmailReader
from uservault.account.errors import EmailAlreadyYours, EmailNotFound, PrimaryEmail, TooManyEmails
from uservault.account.schemas import EmailAdd, EmailUpdate, UserEmailRead
from uservault.auth.errors import EmailUnverified
from uservault.idempotency.endpoint import idempotent
from uservault.kit.identity import Email
from uservault.kit.problems import problems
from uservault.kit.schema import Message
from uservault.limits.errors import TooManyTries
from uservault.users.errors import EmailTaken, UserNotFound
from uservault.web.routing import Router
from uservault.wiring.scope import Inject, Shared

router = Router(prefix="/api/me/emails", tags=["me"])

ADDRESS = "/{address:email}"
PathEmail = Annotated[
    Email, Path(description="One of your e-mail addresses.", examples=["ada@example.com"])
]


@router.get("", responses=problems(UserNotFound))
async def list_my_emails(
    me: CurrentPrincipal, emails: Shared[UserEmailReader]
) -> list[UserEmailRead]:
    """List your e-mail addresses, the primary one first, with those that wait to be verified."""
    return await emails.of(me.user_id)


@router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(
        UserNotFound, EmailTaken, EmailAlreadyYours, TooManyEmails, TooManyTries, FreshLoginRequired
    ),
)
@idempotent()
async def add_my_email(
    me: FreshPrincipal, data: EmailAdd, emails: Inject[EmailAddresses]
) -> Message:
    """Add an e-mail address. It is yours once you verify it with the e-mail that we send to it.

    Until then, another user can take it.
    """
    await emails.add(me.user_id, data.email)
    return Message(message="We will send an e-mail to this address.")


@router.patch(
    ADDRESS,
    responses=problems(
        UserNotFound, EmailNotFound, EmailUnverified, EmailTaken, TooManyTries, FreshLoginRequired
    ),
)
async def patch_my_email(
    me: FreshPrincipal, address: PathEmail, data: EmailUpdate, emails: Inject[EmailAddresses]
) -> Message:
    """Make one of your e-mail addresses the primary one: the `email` of your user.

    The old one stays yours if it is verified. If verification is required, the new one must be
    verified.
    """
    await emails.make_primary(me.user_id, address)
    return Message(message="Primary e-mail address changed")


@router.delete(
    ADDRESS, responses=problems(UserNotFound, EmailNotFound, PrimaryEmail, FreshLoginRequired)
)
async def remove_my_email(
    me: FreshPrincipal, address: PathEmail, emails: Inject[EmailAddresses]
) -> Message:
    """Remove one of your e-mail addresses, or cancel one that is not verified yet."""
    await emails.remove(me.user_id, address)
    return Message(message="E-mail address removed")


@router.post(
    f"{ADDRESS}/resend",
    status_code=status.HTTP_202_ACCEPTED,
    responses=problems(UserNotFound, EmailNotFound, EmailTaken, TooManyTries),
)
@idempotent()
async def resend_my_email_verification(
    me: CurrentPrincipal, address: PathEmail, emails: Inject[EmailAddresses]
) -> Message:
    """Send another e-mail to verify this address, unless it is verified."""
    await emails.resend(me.user_id, address)
    return Message(message="If this address is not verified, we will send it an e-mail.")
