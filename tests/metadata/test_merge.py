from typing import Any

import pytest

from uservault.metadata.merge import apply_patch, encode

# The examples of RFC 7396, appendix A.
EXAMPLES = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), EXAMPLES, ids=str)
def test_merges_as_the_rfc_says(target: Any, patch: Any, result: Any) -> None:
    assert apply_patch(target, patch) == result


def test_changes_neither_argument() -> None:
    target: dict[str, Any] = {"a": {"b": 1}}

    apply_patch(target, {"a": {"b": None, "c": 2}})

    assert target == {"a": {"b": 1}}


def test_encodes_without_a_needless_byte() -> None:
    assert encode({"ä": [1, 2]}) == '{"ä":[1,2]}'.encode()


def test_tells_values_that_python_takes_for_equal() -> None:
    assert len({encode({"a": value}) for value in (1, 1.0, True)}) == 3
