from __future__ import annotations

import pytest

from penstock.core.error import DataError
from penstock.ml.data.source.environment import check_no_secret, resolved


def test_a_location_in_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_TEST_PLACE", "data/a.csv")
    assert resolved("env:PENSTOCK_TEST_PLACE") == "data/a.csv"
    assert resolved("data/env:x.csv") == "data/env:x.csv"


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PENSTOCK_TEST_PLACE", raising=False)
    if value is not None:
        monkeypatch.setenv("PENSTOCK_TEST_PLACE", value)
    with pytest.raises(DataError, match="'PENSTOCK_TEST_PLACE' is not set"):
        resolved("env:PENSTOCK_TEST_PLACE")


def test_a_secret_is_refused_and_not_told() -> None:
    with pytest.raises(DataError) as caught:
        check_no_secret("postgresql://ann:sesame@db/city", "here")
    assert "sesame" not in str(caught.value)
    assert "env:NAME" in caught.value.fix
    check_no_secret("postgresql://ann@db/city", "here")
