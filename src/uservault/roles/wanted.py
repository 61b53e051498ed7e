"""What a client wants a user's roles to be."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from uservault.roles.errors import GrantOver, UnknownRole
from uservault.roles.grants import Terms
from uservault.roles.models import Role
from uservault.roles.schemas import RoleGrant


def names_in(wanted: Sequence[str | RoleGrant]) -> list[str]:
    return [each if isinstance(each, str) else each.role for each in wanted]


def resolve(names: Sequence[str], roles: Collection[Role]) -> Mapping[str, Role]:
    """The roles by their names. Raises UnknownRole."""
    known = {role.name: role for role in roles}
    unknown = [place for place, name in enumerate(names) if name not in known]
    if unknown:
        detail = "There is no role with this name."
        errors = [{"pointer": f"/body/roles/{place}", "detail": detail} for place in unknown]
        raise UnknownRole(errors=errors)
    return {name: known[name] for name in names}


def terms_in(
    wanted: Sequence[str | RoleGrant], roles: Mapping[str, Role], before: Mapping[Role, Terms]
) -> dict[Role, Terms]:
    """A name alone keeps the terms that there are.

    Otherwise a client that knows only names would make a role last that was given for a time.
    """
    terms = {}
    for each in wanted:
        role = roles[each if isinstance(each, str) else each.role]
        terms[role] = before.get(role, Terms()) if isinstance(each, str) else Terms.of(each)
    return terms


def ensure_can_be_meant(wanted: Sequence[str | RoleGrant], now: datetime) -> None:
    """Raises GrantOver."""
    errors = [
        {"pointer": f"/body/roles/{place}/expires_at", "detail": GrantOver.title}
        for place, each in enumerate(wanted)
        if isinstance(each, RoleGrant) and not Terms.of(each).can_be_meant(now)
    ]
    if errors:
        raise GrantOver(errors=errors)
