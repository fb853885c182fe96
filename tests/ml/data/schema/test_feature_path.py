from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from penstock.ml.data.schema.feature_path import path_steps, path_text


@given(st.lists(st.text("ab.'() \n", max_size=5), min_size=1, max_size=3).map(tuple))
def test_there_and_back(steps: tuple[str, ...]) -> None:
    assert path_steps(path_text(steps)) == steps


def test_text_that_is_no_path_is_a_name() -> None:
    assert path_steps("a..b") == ("a..b",)
    assert path_steps("") == ("",)
    assert path_steps("(a.b).c") == ("(a.b)", "c")
    assert path_steps("f(x)") == ("f(x)",)
