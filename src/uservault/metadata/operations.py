"""Builds the metadata routes, which differ by kind, user and guard."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends

from uservault.access.guard import CurrentPrincipal
from uservault.kit.problems import problems
from uservault.metadata.errors import MetadataTooLarge
from uservault.metadata.models import Kind
from uservault.metadata.reader import MetadataReader
from uservault.metadata.schemas import Document, Patch, Read
from uservault.metadata.service import MetadataService
from uservault.users.errors import UserNotFound
from uservault.wiring.scope import Inject, Shared

UserIdOf: TypeAlias = Callable[..., Awaitable[int]]  # a dependency that returns the user's id


@dataclass(frozen=True)
class Access:
    """`what` names the object in the route's description; `guard` is the route's dependencies."""

    what: str
    guard: Sequence[Any] = ()


@dataclass(frozen=True)
class Operations:
    """Adds routes to `router`, with operation ids from `noun`: `get_profile`, `set_profile`…"""

    router: APIRouter
    noun: str
    kind: Kind
    user_id_of: UserIdOf

    def add_read(self, access: Access) -> None:
        async def get(
            user_id: Annotated[int, Depends(self.user_id_of)], metadata: Shared[MetadataReader]
        ) -> Read:
            return await metadata.get(user_id, self.kind)

        self._add("GET", "get", get, "Read {}.", access)

    def add_write(self, access: Access) -> None:
        async def replace(
            user_id: Annotated[int, Depends(self.user_id_of)],
            data: Document,
            me: CurrentPrincipal,
            metadata: Inject[MetadataService],
        ) -> Read:
            return await metadata.replace(user_id, self.kind, data, me)

        async def merge(
            user_id: Annotated[int, Depends(self.user_id_of)],
            data: Patch,
            me: CurrentPrincipal,
            metadata: Inject[MetadataService],
        ) -> Read:
            return await metadata.merge(user_id, self.kind, data, me)

        self._add("PUT", "set", replace, "Replace {}.", access, MetadataTooLarge)
        patch = "Apply a JSON merge patch (RFC 7396) to {}."
        self._add("PATCH", "patch", merge, patch, access, MetadataTooLarge)

    def _add(
        self, method: str, verb: str, endpoint: Any, text: str, access: Access, *kinds: Any
    ) -> None:
        endpoint.__name__ = f"{verb}_{self.noun}"  # becomes the operation id
        self.router.add_api_route(
            f"/{self.kind.replace('_', '-')}",
            endpoint,
            methods=[method],
            description=text.format(access.what),
            dependencies=access.guard,
            responses=problems(UserNotFound, *kinds),
        )
