"""The parameters that many operations have. The OpenAPI document describes each one once."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

OFTEN = 3  # operations


def share_parameters(document: dict[str, Any]) -> dict[str, Any]:
    """Replaces what many operations have alike by references, and returns `components/parameters`.

    Of several parameters with one name, the commonest is shared.
    """
    lists = list(_lists(document))
    for parameter in (each for some in lists for each in some):
        _shorten(parameter)
    counts = Counter(json.dumps(each, sort_keys=True) for some in lists for each in some)
    shared: dict[str, Any] = {}
    for written, count in counts.most_common():
        parameter = json.loads(written)
        if count >= OFTEN:
            shared.setdefault(parameter["name"], parameter)
    for some in lists:
        some[:] = [_reference(each, shared) for each in some]
    return dict(sorted(shared.items()))


def _shorten(parameter: dict[str, Any]) -> None:
    schema = parameter["schema"]
    if parameter.get("required") is False:
        del parameter["required"]  # the default
    if schema.get("description") == parameter.get("description"):
        schema.pop("description", None)  # FastAPI says it twice
    match schema.get("anyOf"):
        case [dict(kind), {"type": "null"}]:  # an absent parameter; none can be null
            del schema["anyOf"]
            schema.update(kind)


def _lists(document: dict[str, Any]) -> Iterator[list[Any]]:
    for operations in document["paths"].values():
        for operation in operations.values():
            if "parameters" in operation:
                yield operation["parameters"]


def _reference(parameter: dict[str, Any], shared: dict[str, Any]) -> dict[str, Any]:
    name = parameter["name"]
    if shared.get(name) != parameter:
        return parameter
    return {"$ref": f"#/components/parameters/{name}"}
