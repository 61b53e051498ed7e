import pytest

from tests.support.fakes import FakeClock
from uservault.limits.errors import TooManyTries
from uservault.passwords.throttle import LoginThrottle
from uservault.telemetry.origin import Client
from uservault.wiring.ports import Resources

USER_ID = 1


async def guess(throttle: LoginThrottle, client: Client) -> bool:
    """Whether one more failed login is admitted."""
    try:
        async with throttle.attempt("ada", client) as attempt:
            return await attempt.admit(USER_ID, None)
    except TooManyTries:
        return False


@pytest.mark.promise("I6")
@pytest.mark.backend("sqlite")
async def test_a_client_is_a_network_at_every_count(resources: Resources, clock: FakeClock) -> None:
    throttle = LoginThrottle(resources)
    addresses = [Client.at(f"2001:db8:1:2::{number}") for number in range(1, 12)]

    admitted = [await guess(throttle, each) for each in addresses]
    await throttle.pardon(Client.at("2001:db8:1:2::ffff"), USER_ID, "ada")

    assert admitted == [True] * 10 + [False]
    assert await guess(throttle, addresses[0])
