from __future__ import annotations

import pyarrow as pa
import pytest

from penstock import stages
from penstock.core.error import DataError
from penstock.ml.data.schema import Schema
from penstock.ml.data.statistics import Statistics


def statistics(*companies: str) -> Statistics:
    return Statistics.of(pa.table({"company": list(companies)}))


def test_every_measure_is_reported() -> None:
    found = stages.compare(statistics("a", "b"), statistics("a", "a"))
    measured = {item.measure: item.value for item in found.feature("company").measurements}
    assert measured["l_infinity"] == 0.5
    assert found.is_ok


def test_a_limit_that_is_passed_stops_the_step() -> None:
    with pytest.raises(DataError, match="company"):
        stages.compare(statistics("a", "b"), statistics("a", "a"), thresholds={"l_infinity": 0.1}, fail=True)


def test_a_limit_that_cannot_be_checked_stops_the_step(capsys: pytest.CaptureFixture[str]) -> None:
    nothing = Statistics.of(pa.table({"company": pa.array([], pa.string())}))
    with pytest.raises(DataError, match="nothing could be compared: there are no examples in the current data"):
        stages.compare(statistics("a"), nothing, thresholds={"l_infinity": 0.1}, fail=True)
    capsys.readouterr()
    assert stages.compare(statistics("a"), nothing, fail=True).is_ok
    assert "nothing could be compared" in capsys.readouterr().out


def test_limits_of_a_schema() -> None:
    schema = Schema.from_text("features: {company: {type: string, skew: {l_infinity: 0.1}}}")
    assert stages.compare(statistics("a", "b"), statistics("a", "a"), schema).is_ok
    assert not stages.compare(statistics("a", "b"), statistics("a", "a"), schema, kind="skew").is_ok
