"""Checks and severities travel in annotations, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from penstock.core.error import DataError
from penstock.ml.data.metadata.schema import Annotation
from penstock.ml.data.schema.check import Check, join_checks, join_severity, split_checks, split_severity

ONE = Check("one", "a > 0")
TWO = Check("two", "select * from this", message="é", severity="WARNING", features=("a", "b.c"))


@pytest.mark.parametrize("base", [None, Annotation(comment=("c",), tag=("t",)), Annotation(extra_metadata=({"a": 1},))])
def test_there_and_back(base: Annotation | None) -> None:
    joined = join_checks(join_severity(base, "WARNING"), (ONE, TWO))
    checks, rest = split_checks(joined)
    assert checks == (ONE, TWO)
    assert split_severity(rest) == ("WARNING", base)


def test_nothing_else_is_taken_for_a_check() -> None:
    (text,) = (join_checks(None, (ONE,)) or Annotation()).comment
    for comment in (text + " ", text.replace(":", ": "), "penstock.check: []", "penstock.check: {", "penstock.check"):
        assert split_checks(Annotation(comment=(comment,))) == ((), Annotation(comment=(comment,)))
    assert split_checks(Annotation(comment=(text, text)))[0] == (ONE,)
    assert split_severity(Annotation(tag=("penstock.severity=ERROR", "x")))[0] is None
    assert split_checks(None) == ((), None)
    assert split_severity(None) == (None, None)


@pytest.mark.parametrize("given", [("", "a"), ("a", " "), ("a", "b", "", "FATAL")])
def test_checks_that_cannot_be(given: tuple[str, ...]) -> None:
    with pytest.raises(DataError):
        Check(*given)  # type: ignore[arg-type]
