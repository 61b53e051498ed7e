"""No password, hash or token gets into the record of events."""

import re
from datetime import datetime
from enum import StrEnum
from inspect import isclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from httpx import AsyncClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.support.history import history
from tests.support.people import Person
from uservault.app import create_app
from uservault.events.log import Event, every_event
from uservault.events.models import EventRecord
from uservault.kit.schema import Schema
from uservault.passwords.models import Password
from uservault.wiring.ports import Resources

pytestmark = pytest.mark.promise("G1")

# The fields that hold text, and why no client can put a secret into them.
TEXT = {
    ("signing_key.rotated", "kid"): "the thumbprint of a public key",
    ("signing_key.rotated", "algorithm"): "one of three names",
    ("signing_key.retired", "kid"): "the thumbprint of a public key",
    ("mail.left_out", "template"): "the name of a file of ours",
    ("role.created", "role"): "a role's name: chosen by an administrator, shown to everybody",
    ("role.created", "permissions"): "likewise",
    ("role.updated", "role"): "likewise",
    ("role.updated", "permissions"): "likewise",
    ("role.updated", "changed"): "names of fields",
    ("role.deleted", "role"): "likewise",
    ("role.deleted", "permissions"): "likewise",
    ("role.granted", "permissions"): "likewise",
    ("role.revoked", "permissions"): "likewise",
    ("role.revoked_many", "permissions"): "likewise",
    ("role.expired", "permissions"): "likewise",
    ("role.updated", "before"): "likewise: its `name`",
    ("role.updated", "after"): "likewise",
    ("role.granted", "role"): "likewise",
    ("role.granted", "reason"): "an administrator's words to the user; erased with them",
    ("role.revoked", "role"): "likewise",
    ("role.revoked", "reason"): "likewise",
    ("role.revoked_many", "role"): "likewise",
    ("role.expired", "role"): "likewise",
    ("invitation.created", "roles"): "likewise",
    ("permission.registered", "permission"): "likewise",
    ("permission.deleted", "permission"): "likewise",
    ("token.exchanged", "audience"): "one that the operator listed",
    ("token.exchanged", "permissions"): "names of permissions that the user holds",
    ("session.revoked", "reason"): "words of our own",
    ("throttles.lifted", "client"): "a network, parsed and written by us",
    ("user.updated", "changed"): "names of fields",
}
SUSPECT = re.compile(r"password|secret|token|hash|code|credential|private|salt|sealed")

EVENTS = sorted(
    (each for each in every_event() if each.__module__.startswith("uservault.")),
    key=lambda each: each.type,
)
# Hypothesis likes to try texts of our source: no password shall be the type of an event by chance.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
PASSWORDS = TEXTS.map("open sesame {}".format)


def holds_text(annotation: Any) -> bool:
    """Whether a value of the type may be any text."""
    if get_origin(annotation) is Literal:
        return False
    if get_origin(annotation) in (list, Union, UnionType):
        return any(holds_text(each) for each in get_args(annotation))
    if isclass(annotation) and issubclass(annotation, Schema):
        return any(holds_text(each.annotation) for each in annotation.model_fields.values())
    closed = isclass(annotation) and issubclass(annotation, StrEnum | int | datetime | type(None))
    return not closed


class TestEvents:
    def test_are_known_here(self) -> None:
        create_app  # noqa: B018 - which imports every feature

        assert len(EVENTS) > 20
        assert len({each.type for each in EVENTS}) == len(EVENTS)

    @pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
    def test_have_no_field_for_a_secret(self, event: type[Event]) -> None:
        fields = event.model_fields
        text = {name for name, field in fields.items() if holds_text(field.annotation)}

        assert text <= {name for type, name in TEXT if type == event.type}
        assert not [name for name in fields if SUSPECT.search(name)]
        assert event.model_config["extra"] == "forbid"
        assert event.personal <= set(fields)

    @pytest.mark.parametrize("annotation", [str, str | None, list[str], dict[str, Any], Any, bytes])
    def test_would_be_found_to_hold_text(self, annotation: Any) -> None:
        assert holds_text(annotation)


async def use_everything(client: AsyncClient, username: str, passwords: list[str]) -> set[str]:
    """With those passwords, the first of which is right; the secrets that it brought forth."""
    first, second, wrong = passwords
    who = {"username": username, "password": first}
    await client.post("/users", json=who | {"email": f"{username}@example.com"})
    await client.post("/users", json=who | {"email": f"{username}@example.com"})
    await client.post("/login", json=who | {"password": wrong})
    await client.post("/login", json={"username": wrong, "password": first})
    answers = [await client.post("/login", json=who), await client.post("/token", data=who)]
    tokens = [answer.json() for answer in answers]
    refreshed = await client.post("/refresh", json={"refresh_token": tokens[1]["refresh_token"]})
    await client.post("/refresh", json={"refresh_token": wrong})
    tokens.append(refreshed.json())
    me = Person(0, username, client, tokens[0]["access_token"], "")
    for current in (wrong, first):
        change = {"current_password": current, "new_password": second}
        assert (await me.put("/me/password", json=change)).status_code < 500
    await me.ask("PATCH", "/me", json={"email": f"new-{username}@example.com"})
    await me.get("/users", params={"token": second})
    await me.post("/logout")
    assert all(answer.status_code == 200 for answer in (*answers, refreshed))
    every = {each[name] for each in tokens for name in ("access_token", "refresh_token")}
    return every | set(passwords)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(PASSWORDS, min_size=3, max_size=3, unique=True))
async def test_nothing_secret_that_is_sent_or_answered_is_recorded(
    resources: Resources, admin: Person, passwords: list[str]
) -> None:
    username = f"user{len(await history(resources))}"

    secrets = await use_everything(admin.client, username, passwords)

    rows = await resources.database.rows(select(*EventRecord.__table__.columns))
    hashes = {row[0] for row in await resources.database.rows(select(Password.hash))}
    values = {leaf for row in rows for value in row for leaf in leaves(value)}
    assert len(rows) > 10
    assert not [value for value in values for secret in secrets | hashes if secret in value]


def leaves(value: Any) -> list[str]:
    """The texts in it, keys too."""
    if isinstance(value, dict):
        return [leaf for pair in value.items() for each in pair for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [str(value)]
