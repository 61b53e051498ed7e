"""Assembles all features into the API."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from importlib.metadata import version
from typing import TypeAlias

from fastapi import FastAPI

from uservault.account.activation_router import router as activation
from uservault.account.emails_router import router as my_emails
from uservault.account.me_router import router as me
from uservault.account.router import router as account
from uservault.audit.adoption import Adoption
from uservault.auth.router import router as auth
from uservault.db.migrations import upgrade
from uservault.docs.router import mount_docs
from uservault.events.router import router as events
from uservault.help_desk.router import router as help_desk
from uservault.invitations.router import router as invitations
from uservault.keys.bootstrap import prepare_keys
from uservault.keys.router import router as keys
from uservault.mail.router import router as mail
from uservault.mail.warning import warn_of_mail_settings
from uservault.metadata.me_router import router as my_metadata
from uservault.metadata.router import router as metadata
from uservault.permissions.bootstrap import register_permissions
from uservault.permissions.router import router as permissions
from uservault.privacy.router import router as privacy
from uservault.recovery.router import router as recovery
from uservault.registration.first_admin import make_first_admin
from uservault.registration.router import router as registration
from uservault.resources import open_resources
from uservault.roles.router import router as roles
from uservault.search.router import router as search
from uservault.sessions.authenticator import SessionAuthenticator
from uservault.sessions.last_seen import LastSeen
from uservault.sessions.router import router as sessions
from uservault.settings.tree import Settings
from uservault.telemetry.middleware import RequestLog
from uservault.telemetry.router import router as telemetry
from uservault.throttles.router import router as throttles
from uservault.transfer.router import router as transfer
from uservault.users.router import router as users
from uservault.web.cors import Cors, Preflights
from uservault.web.direct import DirectWays, prepare_direct_ways
from uservault.web.openapi import describe
from uservault.web.prefix import Prefix
from uservault.web.problem_handlers import add_problem_handlers
from uservault.wiring.ports import Resources
from uservault.worker import working

ROUTERS = (
    users,
    me,
    search,
    account,
    auth,
    sessions,
    registration,
    activation,
    my_emails,
    recovery,
    privacy,
    my_metadata,
    metadata,
    roles,
    permissions,
    events,
    throttles,
    invitations,
    help_desk,
    transfer,
    mail,
    keys,
    telemetry,
)  # routes are tried in this order: the busiest first
AUTHENTICATORS = (SessionAuthenticator,)
TAGS = {
    "users": "Register, read, change and delete users.",
    "me": "Your own account.",
    "account": "Verify e-mail addresses and reset passwords.",
    "metadata": "JSON objects that your services store with users.",
    "auth": "Log in and refresh tokens.",
    "sessions": "List and end sessions.",
    "roles": "Define roles and give them to users.",
    "permissions": "Permissions of UserVault and of your applications.",
    "events": "The record of what happened.",
    "throttles": "Who made too many tries, and until when.",
    "invitations": "Invite people and accept invitations.",
    "mail": "E-mails to users: list them and retry failed ones.",
    "keys": "The public keys that verify access tokens.",
    "operation": "Health, readiness, and where things are.",
}
SUMMARY = (
    "A user management microservice. Register, log in, and send the access token as"
    " `Authorization: Bearer …`. Errors are problem details (RFC 9457): match on `code`."
    " Every response has an `X-Request-ID`."
)

Opening: TypeAlias = Callable[[Settings], AbstractAsyncContextManager[Resources]]


def create_app(settings: Settings, opening: Opening = open_resources) -> FastAPI:
    """The API. `opening` opens the resources when the app starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings: Settings = app.state.settings
        applied = await upgrade(settings) if _migrates(settings) else ()
        async with opening(settings) as resources, AsyncExitStack() as running:
            await Adoption(resources).after(applied)
            app.state.resources = resources
            app.state.authenticators = [resources.shared(kind) for kind in AUTHENTICATORS]
            prepare_direct_ways(app, resources)
            await make_first_admin(resources)
            await prepare_keys(resources)
            warn_of_mail_settings(settings)
            await register_permissions(resources)
            await resources.shared(SessionAuthenticator).prepare()
            if settings.worker.embedded:
                await running.enter_async_context(working(resources))
            yield
            await resources.shared(LastSeen).flush()

    app = FastAPI(
        title="UserVault",
        version=version("uservault"),
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # `uservault.docs` serves it
        openapi_tags=[{"name": tag, "description": text} for tag, text in TAGS.items()],
        routes=[route for router in ROUTERS for route in router.routes],
    )
    app.state.settings = settings
    https = settings.public_url.startswith("https:")
    app.add_middleware(DirectWays)
    if settings.cors.origins:
        app.add_middleware(Preflights)
    app.add_middleware(
        RequestLog,
        trusted_proxies=settings.trusted_proxies,
        forwarded_header=settings.server.forwarded_header,
        https=https,
    )
    if settings.cors.origins:
        app.add_middleware(Cors, origins=settings.cors.origins)
    add_problem_handlers(app)
    describe(app, SUMMARY)
    if settings.docs:
        mount_docs(app, settings.public_url)
    if settings.root_path:
        own = {str(getattr(route, "path", "")).split("/")[1] for route in app.routes}
        app.add_middleware(Prefix, prefix=settings.root_path, own=own)
    return app


def _migrates(settings: Settings) -> bool:
    url = settings.database_url.get_secret_value()
    return settings.database.migrate_on_start or url.startswith("sqlite")
