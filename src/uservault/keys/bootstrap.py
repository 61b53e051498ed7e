import logging

from uservault.keys.errors import SigningKeyLost
from uservault.keys.ring import Keyring
from uservault.kit.configuration import BadSettings
from uservault.kit.outages import DatabaseUnavailable
from uservault.kit.ports import Resources

log = logging.getLogger(__name__)


async def prepare_keys(resources: Resources) -> None:
    """At start: there is a key to sign with. Raises BadSettings if it cannot be opened."""
    try:
        await resources.shared(Keyring).prepare()
    except SigningKeyLost as problem:
        raise BadSettings(problem.title) from None
    except DatabaseUnavailable:
        log.warning("the database does not tell its signing keys: asking again at the first login")
