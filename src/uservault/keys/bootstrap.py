import logging

from uservault.db.errors import DatabaseUnavailable
from uservault.keys.errors import SigningKeyLost
from uservault.keys.keyring import Keyring
from uservault.settings.loading import BadSettings
from uservault.wiring.ports import Resources

log = logging.getLogger(__name__)


async def prepare_keys(resources: Resources) -> None:
    """At start: ensure that there is a usable signing key. Raises BadSettings if there is not."""
    try:
        await resources.shared(Keyring).prepare()
    except SigningKeyLost as problem:
        raise BadSettings(problem.title) from None
    except DatabaseUnavailable:
        log.warning(
            "cannot load signing keys (database unavailable); will retry at the first login"
        )
