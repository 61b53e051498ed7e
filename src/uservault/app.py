"""Puts the features together; knows them all."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from typing import TypeAlias

from fastapi import FastAPI

from uservault.account.bootstrap import make_first_admin
from uservault.account.by_mail import router as by_mail
from uservault.account.me import router as me
from uservault.account.privacy import router as privacy
from uservault.account.router import router as account
from uservault.account.states import router as states
from uservault.auth.router import router as auth
from uservault.docs.router import mount_docs
from uservault.events.router import router as events
from uservault.invitations.router import router as invitations
from uservault.keys.bootstrap import prepare_keys
from uservault.keys.router import router as keys
from uservault.kit.answers import add_problem_handlers
from uservault.kit.migrations import upgrade
from uservault.kit.openapi import describe
from uservault.kit.ports import Resources
from uservault.mail.router import router as mail
from uservault.metadata.me import router as my_metadata
from uservault.metadata.router import router as metadata
from uservault.resources import open_resources
from uservault.roles.router import router as roles
from uservault.sessions.authenticator import SessionAuthenticator
from uservault.sessions.presence import Presence
from uservault.sessions.router import router as sessions
from uservault.settings import Settings
from uservault.telemetry.logs import configure_logging
from uservault.telemetry.middleware import RequestLog
from uservault.telemetry.router import router as telemetry
from uservault.users.router import router as users
from uservault.worker import working

ROUTERS = (
    users,
    me,
    account,
    auth,
    sessions,
    states,
    by_mail,
    privacy,
    my_metadata,
    metadata,
    roles,
    events,
    invitations,
    mail,
    keys,
    telemetry,
)  # the busiest first: routes are tried in this order
AUTHENTICATORS = (SessionAuthenticator,)
TAGS = [
    {"name": "users", "description": "Registering, reading, changing and deleting users."},
    {"name": "me", "description": "One's own account."},
    {"name": "account", "description": "What people do by the letters that they get."},
    {"name": "metadata", "description": "JSON objects that others keep on users."},
    {"name": "auth", "description": "Proving who one is."},
    {"name": "sessions", "description": "Seeing where one is logged in, and ending it."},
    {"name": "roles", "description": "Named sets of permissions, and who holds them."},
    {"name": "events", "description": "The record of what happened."},
    {"name": "invitations", "description": "Inviting people, and becoming a user that way."},
    {"name": "mail", "description": "What became of the letters to users."},
    {"name": "keys", "description": "What other services need to verify our tokens."},
    {"name": "operation", "description": "For whoever runs the service."},
]
SUMMARY = (
    "A user management microservice. Register, log in, and send the access token as"
    " `Authorization: Bearer …`. Whatever goes wrong is answered as problem details (RFC 9457):"
    " match on `code`."
)

Opening: TypeAlias = Callable[[Settings], AbstractAsyncContextManager[Resources]]


def create_app(settings: Settings, opening: Opening = open_resources) -> FastAPI:
    """The API. `opening` opens the outside world when the app starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings: Settings = app.state.settings
        configure_logging(settings)
        if _migrates(settings):
            await upgrade(settings)
        async with opening(settings) as resources, AsyncExitStack() as running:
            app.state.resources = resources
            app.state.authenticators = [resources.shared(kind) for kind in AUTHENTICATORS]
            await make_first_admin(resources)
            await prepare_keys(resources)
            if settings.worker.embedded:
                await running.enter_async_context(working(resources))
            gc.freeze()  # what is here now stays: never look through it again
            gc.set_threshold(10_000, 20, 20)  # and through the rest less often
            yield
            await resources.shared(Presence).flush()

    app = FastAPI(
        title="UserVault",
        version=version("uservault"),
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # `uservault.docs` serves it
        openapi_tags=TAGS,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.settings = settings
    app.add_middleware(RequestLog, trusted_proxies=settings.trusted_proxies)
    add_problem_handlers(app)
    describe(app, SUMMARY)
    for router in ROUTERS:
        app.include_router(router)
    if settings.docs:
        mount_docs(app)
    return app


def _migrates(settings: Settings) -> bool:
    url = settings.database_url.get_secret_value()
    return settings.database.migrate_on_start or url.startswith("sqlite")
