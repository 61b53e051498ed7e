from sqlalchemy import text

from tests.roles.granting import (
    EVERYTHING,
    roles_of,
    set_roles,
)
from tests.support import databases
from tests.support.people import Person
from uservault.wiring.ports import Resources


async def test_a_user_of_many_roles_has_all_of_their_permissions(
    admin: Person, ada: Person, backend: str, database_url: str, resources: Resources
) -> None:
    names = [f"role{n:02}-{'x' * 50}" for n in range(100)]
    for name in names[:-1]:
        await admin.post("/roles", json={"name": name, "permissions": EVERYTHING[:-1]})
    await admin.post("/roles", json={"name": names[-1], "permissions": EVERYTHING})
    await set_roles(admin, ada, *names)
    if backend == "mariadb":
        async with databases.connected(database_url) as connection:  # as MySQL is by default
            await connection.execute(text("SET GLOBAL group_concat_max_len = 1024"))
        await resources.database.reads.dispose()

    assert await roles_of(ada, ada) == names
    for _ in range(2):
        assert (await ada.get("/users")).status_code == 200


async def test_a_user_of_many_roles_gets_a_token_that_is_taken(admin: Person, ada: Person) -> None:
    names = [f"role{n:02}-{'x' * 57}" for n in range(100)]
    for name in names:
        await admin.post("/roles", json={"name": name, "permissions": EVERYTHING})
    await set_roles(admin, ada, *names)

    assert await (await ada.again()).status() == 200
