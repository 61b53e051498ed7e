from tests.people import Person


async def test_a(ada: Person) -> None:
    assert (await ada.get(f"/users/{ada.id}")).status_code == 200
