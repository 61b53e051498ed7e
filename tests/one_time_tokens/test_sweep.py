from sqlalchemy import func, select

from tests.support.fakes import FakeClock
from tests.support.people import Person
from uservault.one_time_tokens.models import OneTimeToken
from uservault.one_time_tokens.purposes import Purpose
from uservault.one_time_tokens.service import OneTimeTokenService
from uservault.one_time_tokens.sweep import OneTimeTokenSweep
from uservault.wiring.ports import Resources
from uservault.wiring.scope import scope


async def count(resources: Resources) -> int:
    rows = await resources.database.rows(select(func.count()).select_from(OneTimeToken))
    found: int = rows[0][0]
    return found


class TestOneTimeTokenSweep:
    async def test_forgets_what_has_expired_and_nothing_else(
        self, ada: Person, resources: Resources, clock: FakeClock
    ) -> None:
        async with scope(resources) as made:
            for purpose in Purpose:
                await made.get(OneTimeTokenService).issue(purpose, ada.id, "ada@example.com")
        sweep = OneTimeTokenSweep(resources)

        early = await sweep.run_once()
        clock.advance(minutes=30)
        late, again = await sweep.run_once(), await sweep.run_once()

        assert (early, late, again) == (0, 2, 0)  # a reset, and a pending login
        assert await count(resources) == len(Purpose) - 2
