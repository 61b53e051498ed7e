"""JSON merge patches (RFC 7396)."""

import json
from typing import Any


def merged(target: Any, patch: Any) -> Any:
    """A new value; neither argument is changed. A null removes its member."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def encoded(document: Any) -> bytes:
    """In UTF-8, without a needless space. Python takes 1, 1.0 and True for equal; this does not."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
