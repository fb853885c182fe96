from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from strategies import json_values

from penstock.core.artifact import (
    KINDS,
    ArtifactRef,
    Gathered,
    Inline,
    Value,
    artifacts_in,
    value_from_json,
    value_to_json,
)
from penstock.core.canonical import canonical_json

refs = st.builds(
    ArtifactRef, st.sampled_from(KINDS), st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(0)
)
values: st.SearchStrategy[Value] = st.recursive(
    st.builds(Inline, json_values) | refs, lambda inner: st.builds(Gathered, st.lists(inner, max_size=3).map(tuple))
)


@given(values)
def test_json_round_trip(value: Value) -> None:
    assert value_from_json(json.loads(canonical_json(value_to_json(value)))) == value


@given(st.lists(refs, max_size=4), json_values)
def test_artifacts_are_found_in_order_however_deep(found: list[ArtifactRef], plain: Any) -> None:
    value = Gathered((Inline(plain), Gathered(tuple(found[:2])), *found[2:]))
    assert list(artifacts_in(value)) == found


def test_an_inline_value_that_looks_like_an_artifact_stays_a_value() -> None:
    value = Inline({"kind": "Model", "digest": "sha256:0", "size_bytes": 1})
    assert value_from_json(value_to_json(value)) == value
    assert list(artifacts_in(value)) == []
