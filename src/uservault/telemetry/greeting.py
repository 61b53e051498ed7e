"""What a server in development prints when it starts."""

from uservault.settings.listing import Setting
from uservault.settings.loading import every_setting, shown
from uservault.settings.tree import Settings


def greeting(settings: Settings) -> str:
    """Several lines for the console. Passwords in URLs are left out."""
    url = settings.server.local_url
    lines = [
        f"UserVault serves on {url} (development, not for production).",
        f"  API documentation    {url}/docs" if settings.docs else "",
        f"  Data                 {shown(settings, _setting('database_url'))}",
        f"  E-mails              {_mail(settings)}",
        f"  First administrator  {_first_admin(settings)}",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _setting(name: str) -> Setting:
    return next(setting for setting in every_setting() if setting.path == (name,))


def _mail(settings: Settings) -> str:
    match settings.mail_transport:
        case "smtp":
            return f"sent through {settings.mail.host}"
        case "directory":
            return f"written to {settings.mail.directory}/"
    return "printed on this console"


def _first_admin(settings: Settings) -> str:
    command = "run `uservault create-admin`"
    if settings.registration.mode == "open":
        return f"the first user who registers; or {command}"
    return command
