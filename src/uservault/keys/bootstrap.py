import logging

from uservault.db.errors import DatabaseUnavailable
from uservault.keys.errors import SigningKeyLost
from uservault.keys.keyring import Keyring
from uservault.settings.loading import BadSettings
from uservault.wiring.ports import Resources

log = logging.getLogger(__name__)


async def prepare_keys(resources: Resources) -> None:
    """At start: there is a key to sign with. Raises BadSettings if it cannot be opened."""
    try:
        await resources.shared(Keyring).prepare()
    except SigningKeyLost as problem:
        raise BadSettings(problem.title) from None
    except DatabaseUnavailable:
        log.warning("the database does not tell its signing keys: asking again at the first login")
