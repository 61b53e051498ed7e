from tests.support.people import Person


async def sessions_of(person: Person) -> list[int]:
    return [session["id"] for session in (await person.get("/me/sessions")).json()]
