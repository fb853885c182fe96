from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from penstock.core.artifact import ArtifactRef, Gathered, Inline
from penstock.engine.store.rows import artifact_paths, plain_text, to_text

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)


@given(st.dictionaries(ANY_TEXT, ANY_TEXT | st.integers() | st.floats(allow_nan=False) | st.none(), max_size=4))
def test_any_json_becomes_text_that_databases_hold(value: dict[str, object]) -> None:
    text = to_text(value)
    assert "\0" not in text
    text.encode()
    assert json.loads(text) == value


@given(ANY_TEXT)
def test_any_text_becomes_text_that_databases_hold(text: str) -> None:
    found = plain_text(text)
    assert "\0" not in found
    found.encode()


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")))
def test_ordinary_text_is_kept_as_it_is(text: str) -> None:
    assert plain_text(text) == text


def test_paths_of_artifacts_in_nested_lists() -> None:
    one, two = ArtifactRef("Model", "sha256:1", 1), ArtifactRef("Model", "sha256:2", 1)
    values = {"a": Gathered((Inline(1), Gathered((one, two)))), "b": two, "c": Inline([1])}
    assert list(artifact_paths(values)) == [("a[1][0]", one), ("a[1][1]", two), ("b", two)]
