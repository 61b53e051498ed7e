"""What people and jobs do to one user."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from httpx import Response

from tests.attacks.locks.stage import ROLE, Stage, key
from tests.support.people import PASSWORD, Person
from uservault.idempotency.sweep import StoredAnswerSweep
from uservault.invitations.sweep import InvitationSweep
from uservault.mail.delivery import Delivery
from uservault.mail.sweep import MailSweep
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.sweep import OneTimeTokenSweep
from uservault.privacy.erasures import ErasureSweep
from uservault.privacy.sweep import PurgeSweep
from uservault.recovery.email_request_job import EmailRequestJob
from uservault.roles.expiry import GrantExpiry
from uservault.sessions.last_seen import LastSeen
from uservault.sessions.sweep import SessionSweep
from uservault.wiring.ports import Resources

NEW = "battery staple"
Deed = Callable[[Stage], Awaitable[Any]]


def asked(
    who: Callable[[Stage], Person],
    method: str,
    path: str,
    body: Callable[[Stage], Any] | None = None,
) -> Deed:
    """A request. `path` may name Ada's `{user}`, `{role}` or `{invitation}`."""

    async def ask(stage: Stage) -> Response:
        names = {"user": stage.ada.id, "role": stage.role, "invitation": stage.invitation}
        options = {"json": body(stage)} if body else {}
        headers = key() if method == "POST" else {}
        return await who(stage).ask(
            method, path.format(**names, name=stage.ada.username), headers=headers, **options
        )

    return ask


def job(kind: Callable[[Resources], Any], later: timedelta = timedelta()) -> Deed:
    """A run of a job, by a clock that is so much ahead."""

    async def run(stage: Stage) -> int:
        resources = stage.resources
        if later:
            resources = replace(resources, clock=lambda: stage.resources.clock() + later)
        done: int = await kind(resources).run_once()
        return done

    return run


def root(stage: Stage) -> Person:
    return stage.root


def ada(stage: Stage) -> Person:
    return stage.ada


def device(number: int) -> Callable[[Stage], Person]:
    return lambda stage: stage.devices[number]


def token(purpose: Purpose, **others: str) -> Callable[[Stage], Any]:
    return lambda stage: {"token": stage.tokens[purpose]} | others


async def _login(stage: Stage) -> Response:
    words = {"username": stage.ada.username, "password": PASSWORD}
    return await stage.client.post("/login", json=words)


async def _see(stage: Stage) -> None:
    """Writes that the devices were used."""
    now = stage.resources.clock()
    seen = LastSeen(replace(stage.resources, clock=lambda: now + timedelta(minutes=5)))
    for id in stage.sessions:
        seen.note(id, now)
    await seen.flush()


DEEDS: Mapping[str, Deed] = {
    "login": _login,
    "refresh": asked(ada, "POST", "/refresh", lambda s: {"refresh_token": s.ada.refresh_token}),
    "refresh of a thief": asked(ada, "POST", "/refresh", lambda s: {"refresh_token": s.spent}),
    "logout": asked(device(1), "POST", "/logout"),
    "end of another": asked(ada, "DELETE", "/me/sessions"),
    "end of all": asked(root, "DELETE", "/users/{user}/sessions"),
    "end of many": asked(
        root,
        "POST",
        "/sessions/revoke",
        lambda s: {"user_ids": [s.ada.id], "session_ids": s.sessions},
    ),
    "end of everybody": asked(root, "POST", "/sessions/revoke", lambda s: {"everybody": True}),
    "presence": _see,
    "reauthentication": asked(ada, "POST", "/me/reauthenticate", lambda s: {"password": PASSWORD}),
    "change of password": asked(
        ada, "PUT", "/me/password", lambda s: {"current_password": PASSWORD, "new_password": NEW}
    ),
    "reset": asked(
        ada, "POST", "/account/reset-password", token(Purpose.RESET_PASSWORD, new_password=NEW)
    ),
    "forgotten": asked(
        ada,
        "POST",
        "/account/forgot-password",
        lambda s: {"email": f"{s.ada.username}@example.com"},
    ),
    "email requests": job(EmailRequestJob),
    "delivery": job(Delivery),
    "change of name": asked(ada, "PATCH", "/me", lambda s: {"username": f"{s.ada.username}x"}),
    "change of address": asked(ada, "PATCH", "/me", lambda s: {"email": s.address("new")}),
    "verification": asked(ada, "POST", "/account/verify-email", token(Purpose.VERIFY_EMAIL)),
    "verified change": asked(ada, "POST", "/account/verify-email", token(Purpose.CHANGE_EMAIL)),
    "further address": asked(ada, "POST", "/account/verify-email", token(Purpose.ADD_EMAIL)),
    "adding": asked(ada, "POST", "/me/emails", lambda s: {"email": s.address("third")}),
    "swapping": asked(
        ada, "PATCH", "/me/emails/{name}-more@example.com", lambda s: {"primary": True}
    ),
    "removing": asked(ada, "DELETE", "/me/emails/{name}-more@example.com"),
    "deactivation": asked(
        root, "POST", "/users/{user}/deactivate", lambda s: {"reason": "On leave."}
    ),
    "activation": asked(root, "POST", "/users/{user}/activate"),
    "grant": asked(
        root, "PUT", "/users/{user}/roles", lambda s: {"roles": [s.ada.username, "admin"]}
    ),
    "revocation": asked(root, "PUT", "/users/{user}/roles", lambda s: {"roles": []}),
    "expiry": job(GrantExpiry),
    "change of role": asked(
        root, "PATCH", "/roles/{role}", lambda s: {"permissions": ["users:read"]}
    ),
    "deletion of role": asked(root, "DELETE", "/roles/{role}"),
    "new role": asked(root, "POST", "/roles", lambda s: {"name": f"{s.ada.username}-new"} | ROLE),
    "profile": asked(root, "PATCH", "/users/{user}/profile", lambda s: {"a": 1}),
    "own profile": asked(ada, "PUT", "/me/profile", lambda s: {"b": 2}),
    "invitation": asked(ada, "POST", "/invitations", lambda s: {"email": s.address("friend")}),
    "another sending": asked(ada, "POST", "/invitations/{invitation}/resend"),
    "sending for another": asked(root, "POST", "/invitations/{invitation}/resend"),
    "no invitation": asked(root, "DELETE", "/invitations/{invitation}"),
    "acceptance": asked(
        ada,
        "POST",
        "/account/accept-invitation",
        lambda s: {
            "token": s.tokens[Purpose.INVITATION],
            "username": f"{s.ada.username}-guest",
            "password": PASSWORD,
        },
    ),
    "deletion": asked(root, "DELETE", "/users/{user}"),
    "restoring": asked(root, "POST", "/users/{user}/restore"),
    "own deletion": asked(ada, "DELETE", "/me"),
    "purge": job(PurgeSweep),
    "erasure": job(ErasureSweep, timedelta(days=400)),
    "sweep of sessions": job(SessionSweep),
    "sweep of tokens": job(OneTimeTokenSweep),
    "sweep of answers": job(StoredAnswerSweep),
    "sweep of invitations": job(InvitationSweep),
    "sweep of mail": job(MailSweep, timedelta(days=400)),
}
# Of a user who was deleted long ago.
LATE = (
    "purge", "restoring", "erasure", "delivery", "expiry", "deletion of role", "change of role",
    "presence", "refresh", "refresh of a thief", "end of many", "acceptance", "no invitation",
    "login", "reset", "profile", *(name for name in DEEDS if name.startswith("sweep")),
)  # fmt: skip
