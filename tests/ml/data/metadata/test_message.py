from __future__ import annotations

import inspect
import json
import math
from typing import Any

import msgspec
import pytest

from penstock.core.error import DataError
from penstock.ml.data.metadata import anomalies, path, schema, statistics
from penstock.ml.data.metadata.message import decode, encode, to_json
from penstock.ml.data.metadata.statistics import (
    Bucket,
    CommonStatistics,
    CustomStatistic,
    DatasetStatistics,
    FeatureStatistics,
    Histogram,
    StatisticsList,
)

RECORDS = [
    kind
    for module in (anomalies, path, schema, statistics)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if issubclass(kind, msgspec.Struct)
]


def another(value: Any) -> Any:
    """An equal value that is another object, where Python has one."""
    if isinstance(value, str):
        return "".join([value[:1], value[1:]]) if len(value) > 1 else value
    return float(repr(value)) if isinstance(value, float) else value


@pytest.mark.parametrize("kind", RECORDS)
def test_equal_records_give_the_same_text(kind: type[msgspec.Struct]) -> None:
    fields = msgspec.structs.fields(kind)
    required = {field.name: "x" for field in fields if field.required}
    given = {field.name: another(field.default) for field in fields if field.default is not msgspec.NODEFAULT}
    first, second = kind(**required), kind(**required, **given)
    assert first == second
    assert encode(first) == encode(second)


def test_defaults_are_told_by_value() -> None:
    word, zero = "".join(["STAN", "DARD"]), float("0")
    assert word is not Histogram().type
    assert zero is not Bucket().low_value
    made = Histogram(type=word, buckets=(Bucket(low_value=zero, high_value=-0.0, sample_count=2.0),))  # type: ignore[arg-type]
    assert to_json(made) == {"buckets": [{"sampleCount": 2.0}]}
    common = CommonStatistics(avg_num_values=0 / 5, tot_num_values=10**9 - 10**9)
    assert encode(common) == encode(CommonStatistics()) == "{}"
    kind = "".join(["I", "NT"])
    assert to_json(FeatureStatistics(name="x", type=kind)) == {"name": "x"}  # type: ignore[arg-type]


def test_a_field_that_may_be_absent_is_kept_at_zero() -> None:
    assert to_json(CustomStatistic(name="missing", num=0.0)) == {"name": "missing", "num": 0.0}


def test_what_was_read_is_written_again_as_it_was() -> None:
    message = StatisticsList(
        datasets=(
            DatasetStatistics(
                num_examples=3,
                features=(FeatureStatistics(name="x", custom_stats=(CustomStatistic(name="n", num=0.5),)),),
            ),
        )
    )
    text = encode(message)
    assert encode(decode(text, StatisticsList, where="here")) == text
    full = json.dumps({"datasets": [{"numExamples": "3", "features": [{"name": "x", "type": "INT"}]}]})
    assert to_json(decode(full, StatisticsList, where="here")) == {
        "datasets": [{"numExamples": 3, "features": [{"name": "x"}]}]
    }


def test_numbers_without_a_word_in_json() -> None:
    made = [Bucket(low_value=-math.inf, high_value=math.inf, sample_count=math.nan)]
    assert to_json(made) == [{"lowValue": "-Infinity", "highValue": "Infinity", "sampleCount": "NaN"}]


def test_what_is_no_json_of_the_record_is_refused() -> None:
    with pytest.raises(DataError, match="not the JSON of StatisticsList") as caught:
        decode("[", StatisticsList, where="statistics.json")
    assert caught.value.where == "statistics.json"
