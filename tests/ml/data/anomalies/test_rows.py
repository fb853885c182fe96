"""The rows of findings, found in the data themselves."""

from __future__ import annotations

import csv
import datetime
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data import Dataset, open_source
from penstock.ml.data.anomalies import Anomalies, validate
from penstock.ml.data.anomalies.finding import Finding
from penstock.ml.data.anomalies.table_source import as_dataset
from penstock.ml.data.metadata.domain import BoolDomain, FloatDomain, ImageDomain, IntDomain, StringDomain
from penstock.ml.data.metadata.path import Path as FeaturePath
from penstock.ml.data.metadata.schema import (
    Dim,
    DistributionConstraints,
    Feature,
    FeatureComparator,
    FeaturePresence,
    FixedShape,
    IndexFeature,
    InfinityNorm,
    SchemaMessage,
    SparseFeature,
    UniqueConstraints,
    ValueCount,
    ValueCountList,
    ValueFeature,
    WeightedFeature,
)
from penstock.ml.data.metadata.statistics import (
    BytesStatistics,
    CommonStatistics,
    CustomStatistic,
    DatasetStatistics,
    FeatureStatistics,
    RankBucket,
    RankHistogram,
)
from penstock.ml.data.parquet import write_parquet
from penstock.ml.data.schema import infer_schema
from penstock.ml.data.statistics.statistics import Statistics

INT, FLOAT, BYTES = ({"type": kind} for kind in ("INT", "FLOAT", "BYTES"))
EVERY = FeaturePresence(min_fraction=1.0)


def check(values: Any, max_rows: int = 10, **feature: Any) -> Anomalies:
    data = pa.table({"f": values})
    schema = SchemaMessage(feature=(Feature(name="f", **feature),))
    return validate(Statistics.of(data), schema, data=data, max_rows=max_rows)


def hits(finding: Finding) -> dict[int | None, Any]:
    return {row.row: row.value for row in finding.rows}


SAMPLES: dict[str, tuple[Any, dict[str, Any], dict[int, Any]]] = {
    "UNEXPECTED_DATA_TYPE": (["1.5", "$2", None, "", "3"], FLOAT, {1: "$2", 3: ""}),
    "INT_TYPE_BIG_INT": ([1, 24, 23, None, 25], {**INT, "int_domain": IntDomain(max=23)}, {1: 24, 4: 25}),
    "INT_TYPE_SMALL_INT": ([0, -1], {**INT, "int_domain": IntDomain(min=0)}, {1: -1}),
    "INT_TYPE_NOT_INT_STRING": (["1", "x", "1.5"], {**BYTES, "int_domain": IntDomain()}, {1: "x", 2: "1.5"}),
    "FLOAT_TYPE_BIG_FLOAT": (
        [0.1, 0.2, math.nan, 1e300],
        {**FLOAT, "float_domain": FloatDomain(max=0.1)},
        {1: 0.2, 3: 1e300},
    ),
    "FLOAT_TYPE_SMALL_FLOAT": (["1", "-2"], {**BYTES, "float_domain": FloatDomain(min=0.0)}, {1: "-2"}),
    "FLOAT_TYPE_STRING_NOT_FLOAT": (["1", "two"], {**BYTES, "float_domain": FloatDomain()}, {1: "two"}),
    "FLOAT_TYPE_HAS_NAN": ([1.0, math.nan], {**FLOAT, "float_domain": FloatDomain(disallow_nan=True)}, {1: "nan"}),
    "FLOAT_TYPE_HAS_INF": (
        [1.0, math.inf, -math.inf],
        {**FLOAT, "float_domain": FloatDomain(disallow_inf=True)},
        {1: "inf", 2: "-inf"},
    ),
    "BOOL_TYPE_BIG_INT": ([0, 1, 2], {**INT, "bool_domain": BoolDomain()}, {2: 2}),
    "BOOL_TYPE_SMALL_INT": ([0, -1, 1], {**INT, "bool_domain": BoolDomain()}, {1: -1}),
    "BOOL_TYPE_UNEXPECTED_FLOAT": ([0.0, 2.5, math.nan], {**FLOAT, "bool_domain": BoolDomain()}, {1: 2.5, 2: "nan"}),
    "BOOL_TYPE_UNEXPECTED_STRING": (
        ["y", "n", "x"],
        {**BYTES, "bool_domain": BoolDomain(true_value="y", false_value="n")},
        {2: "x"},
    ),
    "ENUM_TYPE_UNEXPECTED_STRING_VALUES": (
        ["a", "it's", None, "b"],
        {**BYTES, "string_domain": StringDomain(value=("a", "b"))},
        {1: "it's"},
    ),
    "FEATURE_TYPE_LOW_FRACTION_PRESENT": ([1, None, 3], {**INT, "presence": EVERY}, {1: None}),
    "FEATURE_TYPE_LOW_NUMBER_PRESENT": ([1, None], {**INT, "presence": FeaturePresence(min_count=2)}, {1: None}),
    "FEATURE_TYPE_NOT_PRESENT": (pa.nulls(2, pa.int64()), {**INT, "presence": EVERY}, {0: None, 1: None}),
    "FEATURE_TYPE_LOW_NUMBER_VALUES": ([[1, 2], [], None, [3]], {**INT, "value_count": ValueCount(min=1)}, {1: []}),
    "FEATURE_TYPE_HIGH_NUMBER_VALUES": ([[1, 2], [], None], {**INT, "value_count": ValueCount(max=1)}, {0: [1, 2]}),
    "INVALID_FEATURE_SHAPE": (
        [[1, 2], [3], None],
        {**INT, "shape": FixedShape(dim=(Dim(size=2),))},
        {1: [3], 2: None},
    ),
    "FEATURE_TYPE_LOW_UNIQUE": (
        ["a", "b", "a", None],
        {**BYTES, "unique_constraints": UniqueConstraints(min=3)},
        {0: "a", 2: "a"},
    ),
    "ENUM_TYPE_INVALID_UTF8": (
        [b"a", b"\xff4"],
        {**BYTES, "string_domain": StringDomain(value=("a",))},
        {1: "FF34"},
    ),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_rows_of(kind: str) -> None:
    values, feature, expected = SAMPLES[kind]
    found = [finding for finding in check(values, **feature).findings if finding.type == kind]
    assert len(found) == 1
    assert hits(found[0]) == expected
    assert found[0].num_rows == len(expected)
    again = as_dataset(pa.table({"f": values})).sql(found[0].sql).to_arrow().to_pylist()
    assert [row["row"] for row in again] == list(expected)


def test_lists_offend_by_any_of_their_values() -> None:
    found = check([[1, 2], [9], None, [3, 9]], **INT, int_domain=IntDomain(max=8)).findings[0]
    assert hits(found) == {1: [9], 3: [3, 9]}


def test_levels_of_lists() -> None:
    counts = ValueCountList(value_count=(ValueCount(max=2), ValueCount(min=1)))
    low, high = (
        next(found for found in check([[[1], [2]], [[1], []], [[1]] * 3], **INT, value_counts=counts).findings
             if found.type == kind)
        for kind in ("FEATURE_TYPE_LOW_NUMBER_VALUES", "FEATURE_TYPE_HIGH_NUMBER_VALUES")
    )  # fmt: skip
    assert hits(low) == {1: [[1], []]}
    assert hits(high) == {2: [[1], [1], [1]]}


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([1.0, 2.5, math.nan], "INT", {1: 2.5, 2: "nan"}),
        ([1.0, 2.0], "INT", {}),
        ([1, 2], "FLOAT", {}),
        ([1, None], "BYTES", {0: 1}),
        (["1", "1.0", "x", " 7 "], "INT", {1: "1.0", 2: "x"}),
        ([{"a": 1}], "INT", {0: {"a": 1}}),
    ],
)
def test_values_of_another_type(values: list[Any], kind: str, expected: dict[int, Any]) -> None:
    found = check(values, type=kind).findings[0]
    assert (found.type, hits(found)) == ("UNEXPECTED_DATA_TYPE", expected)
    assert bool(found.note) == (not expected)


def test_dates_count_as_statistics_count_them() -> None:
    days = [datetime.date(1970, 1, 2), datetime.date(2020, 1, 1)]
    assert hits(check(days, **INT, int_domain=IntDomain(max=9)).findings[0]) == {1: "2020-01-01"}


def test_at_most_so_many_rows_and_their_number() -> None:
    for limit in (0, 1, 3):
        found = check(list(range(100)), limit, **INT, int_domain=IntDomain(max=49)).findings[0]
        assert found.num_rows == 50
        assert list(hits(found)) == [50, 51, 52][:limit]


def test_long_values_are_cut() -> None:
    found = check(["x" * 1_000_000], **BYTES, string_domain=StringDomain(value=("a",))).findings[0]
    assert len(found.rows[0].value) == 200
    assert len(found.description) < 300


@pytest.mark.parametrize("threads", [1, 4])
def test_positions_are_those_of_the_data_set(tmp_path: Path, threads: int) -> None:
    write_parquet(pa.table({"f": range(200_000)}), tmp_path / "1.parquet")
    write_parquet(pa.table({"f": range(200_000, 250_000)}), tmp_path / "2.parquet")
    data = Dataset(tmp_path)
    schema = SchemaMessage(feature=(Feature(name="f", type="INT", int_domain=IntDomain(max=199_998)),))
    found = validate(Statistics.of(data), schema, data=data, max_rows=threads).findings[0]
    assert found.num_rows == 50_001
    assert all(row.row == row.value for row in found.rows)
    assert data.sql(found.sql).sql("select count(*) from this where row <> value").to_arrow().to_pylist() == [
        {"count_star()": 0}
    ]


def test_a_column_that_is_called_row() -> None:
    data = pa.table({"Row": [5, 50], "row_number": [1, 1]})
    names = ("Row", "row_number")
    schema = SchemaMessage(feature=tuple(Feature(name=name, type="INT", int_domain=IntDomain(max=9)) for name in names))
    found = validate(Statistics.of(data), schema, data=data).findings
    assert [hits(finding) for finding in found] == [{1: 50}]
    assert found[0].sql.startswith('select "row_number_2"')


def test_rows_of_sparse_and_weighted_features() -> None:
    data = pa.table({"i": [[1], [1, 2], None, [3]], "v": [[1.0], [1.0], [2.0], None]})
    schema = SchemaMessage(
        feature=(Feature(name="i", type="INT"), Feature(name="v", type="FLOAT")),
        sparse_feature=(
            SparseFeature(name="s", index_feature=(IndexFeature(name="i"),), value_feature=ValueFeature(name="v")),
        ),
        weighted_feature=(
            WeightedFeature(name="w", feature=FeaturePath(step=("v",)), weight_feature=FeaturePath(step=("i",))),
        ),
    )
    bucket = RankHistogram(buckets=(RankBucket(label="i", sample_count=1),))
    lengths = CustomStatistic(name="max_length_diff", rank_histogram=bucket)
    missing = CustomStatistic(name="missing_index", rank_histogram=bucket)
    customs = {
        "s": (CustomStatistic(name="missing_value", num=1), missing, lengths),
        "w": (CustomStatistic(name="missing_weight", num=1), CustomStatistic(name="max_weight_length_diff", num=1)),
    }
    statistics = DatasetStatistics(
        num_examples=4,
        features=tuple(FeatureStatistics(name=name, custom_stats=found) for name, found in customs.items()),
    )
    found = {finding.type: hits(finding) for finding in validate(statistics, schema, data=data).findings}
    assert found == {
        "SPARSE_FEATURE_MISSING_VALUE": {3: {"v": None, "i": [3]}},
        "SPARSE_FEATURE_MISSING_INDEX": {2: {"v": [2.0], "i": None}},
        "SPARSE_FEATURE_LENGTH_MISMATCH": {
            1: {"v": [1.0], "i": [1, 2]},
            2: {"v": [2.0], "i": None},
            3: {"v": None, "i": [3]},
        },
        "WEIGHTED_FEATURE_MISSING_WEIGHT": {2: {"v": [2.0], "i": None}},
        "WEIGHTED_FEATURE_LENGTH_MISMATCH": {
            1: {"v": [1.0], "i": [1, 2]},
            2: {"v": [2.0], "i": None},
            3: {"v": None, "i": [3]},
        },
    }


def test_rows_of_images() -> None:
    images = [b"\xff\xd8\xff\xe0....", b"GIF89a", b"<html>", None, b"BM" + bytes(20)]
    data = pa.table({"f": images})
    statistics = FeatureStatistics(
        name="f",
        type="BYTES",
        bytes_stats=BytesStatistics(common_stats=CommonStatistics(num_non_missing=4), max_num_bytes_int=22),
        custom_stats=(
            CustomStatistic(
                name="image_format_histogram",
                rank_histogram=RankHistogram(buckets=(RankBucket(label="UNKNOWN", sample_count=1.0),)),
            ),
        ),
    )
    domain = ImageDomain(minimum_supported_image_fraction=0.9, max_image_byte_size=10)
    schema = SchemaMessage(feature=(Feature(name="f", type="BYTES", image_domain=domain),))
    found = validate(DatasetStatistics(num_examples=5, features=(statistics,)), schema, data=data).findings
    assert [(finding.type, hits(finding)) for finding in found] == [
        ("LOW_SUPPORTED_IMAGE_FRACTION", {2: b"<html>".hex().upper()}),
        ("MAX_IMAGE_BYTE_SIZE_EXCEEDED", {4: b"BM".hex().upper() + "00" * 20}),
    ]


@pytest.mark.parametrize(
    ("feature", "why"),
    [
        (Feature(name="g", type="INT", presence=EVERY), "the column is not there"),
        (
            Feature(
                name="f",
                type="BYTES",
                drift_comparator=FeatureComparator(infinity_norm=InfinityNorm(threshold=0.1)),
            ),
            "it compares distributions, to which every row contributes",
        ),
        (Feature(name="f", type="BYTES", unique_constraints=UniqueConstraints(max=1)), "any of the values may be"),
        (
            Feature(name="f", type="BYTES", distribution_constraints=DistributionConstraints()),
            "about the schema itself",
        ),
    ],
)
def test_findings_without_rows_say_why(feature: Feature, why: str) -> None:
    data = pa.table({"f": ["a", "b"]})
    before = Statistics.of(pa.table({"f": ["a", "a"]}))
    schema = SchemaMessage(feature=(feature,))
    found = [
        finding
        for finding in validate(Statistics.of(data), schema, data=data, previous=before).findings
        if finding.type != "SCHEMA_NEW_COLUMN"
    ]
    assert len(found) == 1
    assert why in found[0].note
    assert (found[0].rows, found[0].num_rows, found[0].sql) == ((), None, "")


def test_a_reader_is_refused() -> None:
    reader = pa.table({"f": [1]}).to_reader()
    with pytest.raises(DataError, match="a reader can be read once"):
        validate(DatasetStatistics(num_examples=1), SchemaMessage(), data=reader)


@pytest.mark.heavy(budget_s=20)
def test_a_corrupted_copy_of_the_taxi_data(real_data: Path, tmp_path: Path) -> None:
    with (real_data / "taxi" / "taxi.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    names = rows[0]
    good = Statistics.of(Dataset.from_source(open_source(str(real_data / "taxi" / "taxi.csv"))))
    message = infer_schema(good).message
    hours = Feature(name="trip_start_hour", type="INT", int_domain=IntDomain(min=0, max=23))
    features = tuple(hours if feature.name == "trip_start_hour" else feature for feature in message.feature)
    schema = SchemaMessage(feature=features, string_domain=message.string_domain)
    assert validate(good, schema).findings == ()
    for row, name, value in ((100, "fare", "$12.50"), (5000, "fare", "£3"), (200, "company", "Moon Cabs"),
                             (300, "trip_start_hour", "24"), (301, "trip_start_hour", "24")):  # fmt: skip
        rows[row + 1][names.index(name)] = value
    with (tmp_path / "bad.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    bad = Dataset.from_source(open_source(str(tmp_path / "bad.csv")))
    found = validate(Statistics.of(bad), schema, data=bad)
    assert {(finding.feature, finding.type): hits(finding) for finding in found.findings} == {
        ("fare", "UNEXPECTED_DATA_TYPE"): {100: "$12.50", 5000: "£3"},
        ("company", "ENUM_TYPE_UNEXPECTED_STRING_VALUES"): {200: "Moon Cabs"},
        ("trip_start_hour", "INT_TYPE_BIG_INT"): {300: 24, 301: 24},
    }
    with pytest.raises(DataError, match=r"fare: UNEXPECTED_DATA_TYPE: .*\(2 rows: 100 \('\$12.50'\), 5000 \('£3'\)\)"):
        found.raise_if()
