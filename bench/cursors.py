"""Cursors into the middle of a list, as a client would find them after many pages."""

from uservault.keys.secret import sealer, signing_key
from uservault.kit.urls import async_url
from uservault.search.cursor import Cursors, Place
from uservault.search.schemas import UserQuery
from uservault.settings.tree import Settings


def page_after(settings: Settings, id: int) -> str:
    """The path of a page of users in the order of their ids."""
    key = signing_key(settings, async_url(settings.database_url.get_secret_value()))
    cursor = Cursors(sealer(settings, key)).write(Place(id, id), UserQuery())
    return f"/api/users?cursor={cursor}"
