"""Inference as TFDV 1.16.1 does it, and what goes beyond."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data.metadata.domain import BoolDomain, FloatDomain, IntDomain, TimeDomain
from penstock.ml.data.metadata.message import decode
from penstock.ml.data.metadata.statistics import (
    CommonStatistics,
    CustomStatistic,
    DatasetStatistics,
    FeatureStatistics,
    NumericStatistics,
    StatisticsList,
)
from penstock.ml.data.schema import Schema, infer_schema
from penstock.ml.data.schema.diff import diff
from penstock.ml.data.schema.infer_domain import int_bounds, new_domain_name
from penstock.ml.data.statistics.statistics import Statistics

TABLES = ("flat", "vocabulary", "lists", "structs", "one_row", "weighted", "categorical", "changed")
# Penstock leaves categorical ints ints; TFDV lists their values as texts, which its own validation refuses.
DEVIATION = {
    "categorical": [
        "~ code: categorical: (none) -> true",
        "~ code: domain: code -> (none)",
        '~ domains: {code: ["5", "6", "7"]} -> (none)',
    ]
}


@pytest.fixture(scope="module")
def golden(repository: Path) -> Any:
    return json.loads((repository / "tests" / "golden" / "schema" / "tfdv.json").read_text(encoding="utf-8"))


def statistics_of(golden: Any, table: str) -> StatisticsList:
    return decode(json.dumps(golden["statistics"][table]), StatisticsList, where=table)


def schema_of(message: Any) -> Schema:
    return Schema.from_text(json.dumps(message), "json")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("with_shape", [True, False])
def test_as_tfdv(golden: Any, table: str, with_shape: bool) -> None:
    expected = schema_of(golden["inferred" if with_shape else "inferred_without_shape"][table])
    found = infer_schema(statistics_of(golden, table), infer_feature_shape=with_shape)
    assert diff(expected, found).lines() == DEVIATION.get(table, [])
    assert [feature.name for feature in found] == [feature.name for feature in expected]
    if table not in DEVIATION:
        assert found == expected


def test_the_limit_of_vocabularies_as_tfdv(golden: Any) -> None:
    found = infer_schema(statistics_of(golden, "vocabulary"), max_string_domain_size=400)
    assert found == schema_of(golden["inferred_of_400"])


TABLE = pa.table(
    {
        "flag": pa.array([True, False, None]),
        "never": pa.array([False, False, False]),
        "day": pa.array([dt.date(2024, 1, 1)] * 3),
        "at": pa.array([dt.datetime(2024, 1, 1)] * 3, pa.timestamp("us")),
        "zoned": pa.array([dt.datetime(2024, 1, 1)] * 3, pa.timestamp("ms", "UTC")),
        "time": pa.array([dt.time(1)] * 3),
        "n": pa.array([-3, 7, None]),
        "big": pa.array([2**53 + 1, 2**62 + 1, 5]),
        "x": pa.array([0.25, -1.5, None]),
        "wild": pa.array([1e300, float("nan"), -2.0]),
        "inf": pa.array([float("inf"), 1.0, 2.0]),
        "none": pa.array([None, None, None], pa.int64()),
    }
)


def test_a_column_s_own_type_counts() -> None:
    schema = infer_schema(Statistics.of(TABLE))
    assert schema.feature("flag").bool_domain == schema.feature("never").bool_domain == BoolDomain()
    assert schema.feature("day").time_domain == TimeDomain(integer_format="UNIX_DAYS")
    for name in ("at", "zoned"):
        assert schema.feature(name).time_domain == TimeDomain(integer_format="UNIX_MICROSECONDS")
    assert schema.feature("time").time_domain is None
    assert schema.feature("n").int_domain is None


def test_bounds_only_on_request_and_never_too_narrow() -> None:
    schema = infer_schema(Statistics.of(TABLE), numeric_bounds=True)
    assert schema.feature("n").int_domain == IntDomain(min=-3, max=7)
    assert schema.feature("x").float_domain == FloatDomain(min=-1.5, max=0.25)
    big = schema.feature("big").int_domain
    assert big is not None
    assert (big.max or 0) >= 2**62 + 1
    assert schema.feature("wild").float_domain == FloatDomain(min=-2.0)
    assert schema.feature("inf").float_domain is None
    assert schema.feature("none").int_domain is None


def test_bounds_beyond_exact_floats() -> None:
    low, high = int_bounds(float(-(2**60)), float(2**63))
    assert low < -(2**60)
    assert high == 2**63 - 1
    assert int_bounds(-(2.0**53), 2.0**53) == (-(2**53), 2**53)


def test_the_taxi_schema(real_data: Path, repository: Path) -> None:
    from penstock.ml.data import open_source

    schema = infer_schema(Statistics.of(open_source(str(real_data / "taxi" / "taxi.csv"))), environments=("TRAINING",))
    golden = repository / "tests" / "golden" / "schema" / "taxi.yaml"
    assert schema.to_yaml() == golden.read_text(encoding="utf-8")


def test_the_statistic_domain_info_decides() -> None:
    def inferred(*texts: str) -> Any:
        customs = tuple(CustomStatistic(name="domain_info", text=text) for text in texts)
        common = CommonStatistics(num_non_missing=1, min_num_values=1, max_num_values=1, tot_num_values=1)
        feature = FeatureStatistics(
            name="a", type="FLOAT", num_stats=NumericStatistics(common_stats=common), custom_stats=customs
        )
        return infer_schema(StatisticsList(datasets=(DatasetStatistics(num_examples=1, features=(feature,)),)))

    assert inferred("mid_domain {}").feature("a").mid_domain is not None
    for texts in (("nonsense {",), ("mid_domain {} url_domain {}",), ("mid_domain {}",) * 2, ('name: "b"',)):
        plain = inferred(*texts).feature("a")
        assert (plain.mid_domain, plain.name) == (None, "a")


def test_statistics_that_are_not_of_all_rows() -> None:
    slices = tuple(DatasetStatistics(name=name, num_examples=1) for name in ("a=1", "a=2"))
    with pytest.raises(DataError, match="no statistics of all rows"):
        infer_schema(StatisticsList(datasets=slices))
    with pytest.raises(DataError, match="those of: none at all"):
        infer_schema(StatisticsList())
    with pytest.raises(DataError, match=r"type Table is given.*\n  where: infer_schema\(\)\n.*Statistics.of\(data\)"):
        infer_schema(TABLE)
    everything = DatasetStatistics(name="All Examples", num_examples=2)
    assert infer_schema(StatisticsList(datasets=(*slices, everything))) == Schema()


def test_names_of_new_vocabularies() -> None:
    assert new_domain_name("a", ["b"]) == "a"
    assert new_domain_name("a", ["a", "a2"]) == "a3"


def test_the_same_rows_in_any_order_give_the_same_bytes() -> None:
    rows = TABLE.take([2, 0, 1])
    assert infer_schema(Statistics.of(TABLE)).to_yaml() == infer_schema(Statistics.of(rows)).to_yaml()
