import threading
from typing import Annotated

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select

from tests.support.people import registration
from uservault.access.origin import CurrentOrigin, MaybeOrigin
from uservault.app import ROUTERS
from uservault.kit.problems import Conflict
from uservault.telemetry.origin import Origin
from uservault.users.models import User
from uservault.users.service import UserService
from uservault.wiring.ports import Resources
from uservault.wiring.scope import Inject, Now, Scope, Shared, WriteSession, scope


class Made:
    def __init__(self, now: Now, session: WriteSession) -> None:
        self.now = now
        self.session = session
        self.thread = threading.get_ident()


class Holder:
    def __init__(self, made: Inject[Made], again: Inject[Made], origin: CurrentOrigin) -> None:
        self.made = made
        self.again = again
        self.origin = origin


class Kept:
    def __init__(self, resources: Resources) -> None:
        self.resources = resources


class Nameless:
    def __init__(self, number: int) -> None:
        self.number = number


class Marked:
    def __init__(self, number: Annotated[int, "of what?"]) -> None:
        self.number = number


class Careless:
    def __init__(self, number) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        self.number = number


class TestInRequests:
    async def test_constructors_are_filled_in_on_the_event_loop(
        self, app: FastAPI, resources: Resources
    ) -> None:
        seen: list[tuple[Made, Kept]] = []

        @app.get("/seen")
        async def see(holder: Inject[Holder], made: Inject[Made], kept: Shared[Kept]) -> None:
            assert holder.made is made
            seen.append((made, kept))

        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            await client.get("/seen")
            await client.get("/seen")

        (first, kept), (second, kept_again) = seen
        assert first.thread == threading.get_ident()
        assert first.now is resources.clock
        assert first is not second
        assert kept is kept_again
        assert kept.resources is resources

    def test_fastapi_sees_one_dependency_for_a_whole_tree(self) -> None:
        routes = [route for router in ROUTERS for route in router.routes]

        nodes = sum(_nodes(route.dependant) for route in routes if isinstance(route, APIRoute))

        assert nodes < 5 * len(routes)  # it walks each of them on every request


class TestOutsideOfRequests:
    async def test_each_object_is_made_once_in_a_scope(self, resources: Resources) -> None:
        async with scope(resources) as made:
            holder = made.get(Holder)

            assert made.get(Holder) is holder
            assert holder.made is holder.again is made.get(Made)
            assert holder.made.session is made.session

        async with scope(resources) as other:
            assert other.get(Holder) is not holder

    async def test_facts_say_who_asks_and_from_where(self, resources: Resources) -> None:
        origin = Origin(address="203.0.113.7")

        async with scope(resources, origin=origin) as made, scope(resources) as silent:
            assert made.get(Holder).origin is origin
            assert silent.get(Holder).origin == Origin()

    async def test_the_end_commits(self, resources: Resources) -> None:
        async with scope(resources) as made:
            await made.get(UserService).create("ada", "ada@example.com")

        assert await _usernames(resources) == ["ada"]

    async def test_a_problem_rolls_back(self, resources: Resources) -> None:
        async def create_and_refuse() -> None:
            async with scope(resources) as made:
                await made.get(UserService).create("ada", "ada@example.com")
                raise Conflict

        with pytest.raises(Conflict):
            await create_and_refuse()

        assert await _usernames(resources) == []

    async def test_what_both_build_works_together(
        self, anyone: AsyncClient, resources: Resources
    ) -> None:
        async with scope(resources) as made:
            await made.get(UserService).create("ada", "ada@example.com")

        response = await anyone.post("/users", json=registration("ada"))

        assert response.status_code == 409


class TestWhatIsNotSaid:
    @pytest.mark.parametrize("kind", [Nameless, Marked, Careless])
    async def test_is_told_by_name(self, kind: type[object], resources: Resources) -> None:
        with pytest.raises(TypeError, match=f"{kind.__name__} does not say where its number"):
            Scope(resources, {}).get(kind)

    async def test_a_session_is_nowhere_but_in_a_unit_of_work(self, resources: Resources) -> None:
        with pytest.raises(LookupError):
            Scope(resources, {}).get(Made)

    async def test_a_fact_that_may_be_absent_is_none(self, resources: Resources) -> None:
        class Curious:
            def __init__(self, origin: MaybeOrigin) -> None:
                self.origin = origin

        assert Scope(resources, {}).get(Curious).origin is None


async def _usernames(resources: Resources) -> list[str]:
    return [row.username for row in await resources.database.rows(select(User.username))]


def _nodes(dependant: object) -> int:
    below: list[object] = getattr(dependant, "dependencies", [])
    return len(below) + sum(map(_nodes, below))
