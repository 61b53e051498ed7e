from httpx import Response

from tests.recovery.post import Received, mail, post
from tests.support.people import PASSWORD, Person
from uservault.wiring.ports import Resources

WORK = "Ada@Work.example.com"
PATH = f"/me/emails/{WORK}"


async def add(person: Person, resources: Resources, email: str = WORK) -> Received:
    """The e-mail to the new address."""
    response = await person.post("/me/emails", json={"email": email})
    assert response.status_code == 202, response.text
    return await mail(resources)


async def verify(person: Person, token: str) -> Response:
    return await person.client.post("/account/verify-email", json={"token": token})


async def have(person: Person, resources: Resources, email: str = WORK) -> None:
    """A further address that is verified."""
    assert (await verify(person, (await add(person, resources, email)).token)).status_code == 200
    await post(resources)


async def login_status(person: Person, name: str) -> int:
    body = {"username": name, "password": PASSWORD}
    return (await person.client.post("/login", json=body)).status_code


async def addresses(person: Person) -> dict[str, tuple[bool, bool, bool]]:
    """Whether each is verified, primary and pending."""
    listed = (await person.get("/me/emails")).json()
    return {
        each["address"]: (each["verified"], each["primary"], each["pending"]) for each in listed
    }


def code(response: Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]
