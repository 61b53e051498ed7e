import pytest

from tests.recovery.post import post
from tests.recovery.verification.proofs import MOVED
from tests.support import databases
from tests.support.history import history
from tests.support.people import Person
from uservault.settings.tree import Settings
from uservault.wiring.ports import Resources


@pytest.fixture
def settings(database_url: str) -> Settings:
    return databases.settings_for(
        database_url,
        registration={"verify": "required"},
        notices={"email_change_requested": True},
        log={"file": None},
    )


@pytest.mark.promise("I4")
async def test_an_address_that_is_proposed_is_told_to_the_present_one(
    admin: Person, resources: Resources
) -> None:
    await admin.put(f"/users/{admin.id}", json=MOVED)

    told = {each.to: each.subject for each in await post(resources)}

    assert told["root@example.com"] == "A new e-mail address was requested"
    assert "countess@example.com" in told
    assert (await history(resources, "type", "subject_id"))[-1] == ("email.proposed", admin.id)
