"""Good requests to each operation of the document, and the same with one thing that is hostile."""

import json
from collections.abc import Iterator
from typing import Any, TypeAlias
from urllib.parse import quote, urlencode

from tests.attacks.corpus.values import BODIES, DECLARED, HEADERS, IDS, QUERIES, UNDECLARED, VALUES
from tests.support.asgi import Headers
from tests.support.surface import DOCUMENT

Described: TypeAlias = dict[str, Any]
Request: TypeAlias = tuple[bytes, Headers, bytes]  # its target, more headers and its body


def resolved(described: Described) -> Described:
    """What a reference refers to."""
    if "$ref" not in described:
        return described
    found: Any = DOCUMENT
    for step in described["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return resolved(found)


class Operation:
    """How to ask for one, about the user with this id."""

    def __init__(self, method: str, path: str, described: Described, user: int) -> None:
        self.method = method
        self.path = path
        self.parameters = [resolved(each) for each in described.get("parameters", [])]
        content = described.get("requestBody", {}).get("content", {})
        self.kind = next(iter(content), "")
        self.schema = resolved(content[self.kind]["schema"]) if content else {}
        self.ids = {name: str(user) for name in ("id", "session_id")}

    def good(self) -> Request:
        return self._target(), [], self._body({})

    def in_path(self) -> Iterator[Request]:
        for parameter in self._those("path"):
            for value in IDS:
                yield self._target({parameter["name"]: value}), [], self._body({})

    def in_query(self) -> Iterator[Request]:
        for parameter in self._those("query"):
            name = quote(parameter["name"])
            for value in QUERIES:
                yield self._target() + f"?{name}={value}".encode(), [], b""
            yield self._target() + f"?{name}=1&{name}=2".encode(), [], b""
        for query in UNDECLARED:
            yield self._target() + b"?" + query, [], self._body({})

    def in_headers(self) -> Iterator[Request]:
        for headers in HEADERS:
            yield self._target(), headers, self._body({})
        for parameter in self._those("header"):
            name = parameter["name"].lower().encode()
            for value in DECLARED:
                yield self._target(), [(name, value)], self._body({})
            yield self._target(), [(name, b'"a"'), (name, b'"b"')], self._body({})

    def in_body(self) -> Iterator[Request]:
        for body in BODIES if self.schema else BODIES[-1:]:
            yield self._target(), [], body

    def in_fields(self) -> Iterator[Request]:
        for name in self.schema.get("properties", {}):
            for value in VALUES:
                yield self._target(), [], self._body({name: value})
        if self.schema.get("additionalProperties"):
            for value in VALUES:
                yield self._target(), [], self._body({"any": value})

    def _those(self, place: str) -> list[Described]:
        return [each for each in self.parameters if each["in"] == place]

    def _target(self, ids: dict[str, str] | None = None) -> bytes:
        examples = {
            each["name"]: quote(str(example(each["schema"]))) for each in self._those("path")
        }
        return self.path.format(**examples | self.ids | (ids or {})).encode()

    def _body(self, written: dict[str, bytes]) -> bytes:
        """With these fields written by hand."""
        if not self.schema:
            return b""
        needed = [name for name in self.schema.get("required", []) if name not in written]
        good = {name: example(self.schema["properties"][name]) for name in needed}
        if "json" not in self.kind:
            return urlencode(good | {k: v.strip(b'"') for k, v in written.items()}).encode()
        fields = {name: json.dumps(value).encode() for name, value in good.items()} | written
        return b"{" + b", ".join(b'"%b": %b' % (k.encode(), v) for k, v in fields.items()) + b"}"


def example(described: Described) -> Any:
    """A value as the schema describes it."""
    schema = resolved(described) | described  # what stands beside a reference is nearer
    for name in ("examples", "enum"):
        if name in schema:
            return schema[name][0]
    for name in ("const", "default"):
        if name in schema:
            return schema[name]
    if "anyOf" in schema:
        return example(schema["anyOf"][0])
    empty: dict[str, Any] = {"array": [], "object": {}, "integer": 1, "boolean": True}
    return empty.get(schema.get("type", ""), "x" * schema.get("minLength", 8))
