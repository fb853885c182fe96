from __future__ import annotations

import pytest

from penstock.core.error import GraphError
from penstock.engine.authoring import pipeline, step
from penstock.engine.authoring.naming import checked_name


@pytest.mark.parametrize("name", ["a", "train_2", "größe", "a-b", "_x", "2nd"])
def test_names(name: str) -> None:
    assert checked_name(name, "here") == name


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a[0]", "a.b", "-a", "a\n", "<lambda>"])
def test_no_names(name: str) -> None:
    with pytest.raises(GraphError, match="cannot be the name"):
        checked_name(name, "here")


def test_where_names_are_given() -> None:
    with pytest.raises(GraphError, match="'a b'"):

        @step(name="a b")
        def one() -> None: ...

    with pytest.raises(GraphError, match="'x/y'"):

        @pipeline(name="x/y")
        def two() -> None: ...
