"""What is written is YAML that any parser reads back, and never longer than it must be."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.schema.yaml_node import read_yaml
from penstock.ml.data.schema.yaml_text import flow, yaml_text

# Signs that YAML gives a meaning, letters that make words of them, and what must not be seen raw.
ODD = st.text("aZé0159 -'&%+.()/_,:#?*!|>{}[]\"\\\n\t\u2028\u200f\x07eEyYnNoOTt~=<@`", max_size=12)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | ODD
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ODD, inner, max_size=4))


@given(st.dictionaries(ODD, TREES, max_size=4))
def test_everything_comes_back(tree: dict[str, Any]) -> None:
    text = yaml_text(tree, ["a comment"])
    assert repr(yaml.safe_load(text) or {}) == repr(tree)
    assert repr(read_yaml(text, "x").plain()) == repr(tree)


def test_quotes_only_where_they_are_needed() -> None:
    plain = ["a", "Flash Cab", "5074 - Ahzmi Inc", "Ünal's", "C & D (old)", "a.b", "x_y", "n1"]
    assert [flow(text) for text in plain] == plain
    quoted = [
        "",
        "1",
        "1 2",
        "2024-01-01",
        "1e5",
        "no",
        "Null",
        "a: b",
        "a #b",
        "- a",
        "'a",
        " a",
        "a ",
        "é\u0301",
        "*a",
    ]
    assert [text for text in quoted if flow(text)[0] != '"'] == []


def test_one_line_where_it_fits_and_else_one_line_per_entry() -> None:
    words = [f"word {at:02}" for at in range(12)]
    text = yaml_text({"a": {"short": {"b": [1, 2.5, None, True]}, "long": {"c": words}}, "d": [{"e": words, "f": 1}]})
    assert text.splitlines()[:4] == ["a:", "  short: {b: [1, 2.5, null, true]}", "  long:", "    c:"]
    assert text.splitlines()[4] == "      - word 00"
    assert text.splitlines()[17:20] == ["d:", "  - e:", "      - word 00"]
    assert yaml.safe_load(text)["d"] == [{"e": words, "f": 1}]


def test_numbers_as_yaml_reads_them() -> None:
    assert [flow(number) for number in (1e-5, 1e22, float("inf"), -0.0, 3)] == [
        "1.0e-05",
        "1.0e+22",
        ".inf",
        "-0.0",
        "3",
    ]
