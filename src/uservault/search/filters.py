"""A filter as conditions on users."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select, union

from uservault.kit.identity import email_key, username_key
from uservault.roles.grants import EFFECTIVE
from uservault.roles.models import Role, UserRole
from uservault.search.schemas import UserFilter
from uservault.users.identifiers import Identifier, Kind
from uservault.users.models import NOT_DELETED, User

LAST = "\U0010ffff"  # no key has a character after it
Condition = ColumnElement[bool]


def conditions(wanted: UserFilter, now: datetime, dialect: str) -> Iterator[Condition]:
    """All of them must hold. Some have the parameter `now`."""
    yield NOT_DELETED
    if wanted.id:
        yield User.id.in_(wanted.id)
    yield from _names(wanted, dialect)
    if wanted.is_active is not None:
        active = or_(User.is_active, User.inactive_until <= now)
        yield active if wanted.is_active else and_(not_(User.is_active), _not_over(now))
    if wanted.email_verified is not None:
        verified = User.email_verified_at.is_not(None)
        yield verified if wanted.email_verified else not_(verified)
    if wanted.role is not None:
        holders = select(UserRole.user_id).join(Role, Role.id == UserRole.role_id)
        yield User.id.in_(holders.where(Role.name == wanted.role, EFFECTIVE))
    yield from _times(wanted)


def _not_over(now: datetime) -> Condition:
    return or_(User.inactive_until.is_(None), User.inactive_until > now)


def _names(wanted: UserFilter, dialect: str) -> Iterator[Condition]:
    keys = {
        Kind.USERNAME: wanted.username and username_key(wanted.username),
        Kind.EMAIL: wanted.email and email_key(wanted.email),
        Kind.EXTERNAL_ID: wanted.external_id,
    }
    for kind, key in keys.items():
        if key is not None:
            yield User.id.in_(_owners(Identifier.kind == kind, Identifier.key == key))
    if wanted.q is not None:
        yield User.id.in_(union(*_beginning(wanted.q, dialect)))


def _beginning(prefix: str, dialect: str) -> Iterator[Any]:
    for kind, key in ((Kind.USERNAME, username_key(prefix)), (Kind.EMAIL, email_key(prefix))):
        yield _owners(Identifier.kind == kind, _begins(key, dialect))


def _owners(*which: Condition) -> Any:
    return select(Identifier.user_id).where(*which)


def _begins(prefix: str, dialect: str) -> Condition:
    """As a range, which an index answers, and in which no character is a wildcard.

    PostgreSQL compares text by the rules of a language, unless its operators for patterns do.
    """
    key: ColumnElement[str] = Identifier.__table__.c.key
    if dialect == "postgresql":
        return and_(key.op("~>=~")(prefix), key.op("~<~")(prefix + LAST))
    return and_(key >= prefix, key < prefix + LAST)


def _times(wanted: UserFilter) -> Iterator[Condition]:
    for column, after, before in (
        (User.created_at, wanted.created_after, wanted.created_before),
        (User.last_login_at, wanted.last_login_after, wanted.last_login_before),
    ):
        if after is not None:
            yield column > after
        if before is not None:
            yield column < before
