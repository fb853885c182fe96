from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pyarrow as pa
import pytest

from penstock.core.error import DataError, ModelError
from penstock.ml.models import Feature, Signature, infer_signature
from penstock.ml.models.signature import MAX_CATEGORIES

TABLE = pa.table(
    {
        "i": [1, None, 3],
        "f": [0.5, None, float("inf")],
        "b": [True, False, None],
        "s": ["y", "x", None],
        "d": [dt.date(1970, 1, 2), None, dt.date(1969, 12, 31)],
        "t": pa.array([dt.datetime(1970, 1, 1, 0, 0, 1), None, None], pa.timestamp("ns", "UTC")),
        "label": [0, 1, 0],
    }
)
FEATURES = ["i", "f", "b", "s", "d", "t"]


@pytest.fixture
def signature() -> Signature:
    return infer_signature(TABLE, label="label", features=FEATURES)


def plain(matrix: Any) -> list[list[float | None]]:
    return [[None if math.isnan(value) else value for value in row] for row in matrix.tolist()]


def test_types_and_categories(signature: Signature) -> None:
    assert [feature.type for feature in signature.features] == [
        "int",
        "float",
        "bool",
        "category",
        "timestamp",
        "timestamp",
    ]
    assert signature.features[3].categories == ("x", "y")
    assert signature.is_category() == [False, False, False, True, False, False]
    assert Signature.from_json(signature.to_json()) == signature


def test_rows_as_numbers(signature: Signature) -> None:
    assert plain(signature.encode(TABLE)) == [
        [1, 0.5, 1, 1, 86_400, 1],
        [None, None, 0, 0, None, None],
        [3, math.inf, None, None, -86_400, None],
    ]


def test_unknown_categories_and_untyped_nulls_are_missing(signature: Signature) -> None:
    rows = pa.table({**{name: [None] for name in FEATURES}, "s": ["new"], "more": [1]})
    assert plain(signature.encode(rows)) == [[None] * 6]


def test_the_form_of_text_does_not_matter(signature: Signature) -> None:
    odd = TABLE.set_column(3, "s", TABLE["s"].cast(pa.large_string()).dictionary_encode())
    assert plain(signature.encode(odd)) == plain(signature.encode(TABLE))
    assert infer_signature(odd, label="label", features=FEATURES) == signature


def test_a_feature_without_any_value_is_not_looked_at() -> None:
    table = pa.table({"a": pa.array([None, None], pa.string()), "b": [None, None], "label": [0, 1]})
    signature = infer_signature(table, label="label", features=["a", "b"])
    assert [feature.type for feature in signature.features] == ["empty", "empty"]
    assert plain(signature.encode(pa.table({"a": [7, None], "b": ["x", None]}))) == [[0, 0], [0, 0]]


def test_a_missing_feature_is_named(signature: Signature) -> None:
    with pytest.raises(ModelError, match="lack s; ") as caught:
        signature.encode(TABLE.drop_columns(["s"]))
    assert "i, f, b, s, d, t" in caught.value.fix


@pytest.mark.parametrize(
    ("name", "values", "what"),
    [("i", ["1"], "is string in the rows, the model takes int"), ("s", [1], "is int64"), ("d", [1], "timestamp")],
)
def test_a_feature_of_another_type(signature: Signature, name: str, values: list[Any], what: str) -> None:
    rows = pa.table({**{feature: [None] for feature in FEATURES}, name: values})
    with pytest.raises(ModelError, match=what) as caught:
        signature.encode(rows)
    assert f"feature '{name}'" in caught.value.what


def test_the_most_frequent_categories_are_kept() -> None:
    values = [f"v{index:03}" for index in range(MAX_CATEGORIES + 10)]
    table = pa.table({"s": values + values[10:], "label": range(2 * len(values) - 10)})
    (feature,) = infer_signature(table, label="label", features=["s"]).features
    assert feature == Feature("s", "category", tuple(values[10:]))


@pytest.mark.parametrize(
    ("features", "what"),
    [
        ([], "there is no feature"),
        (["i", "f", "i"], "the features repeat i"),
        (["i", "label"], "the features hold the label"),
        (["j"], "feature 'j' is no column"),
        (["list"], "which a model cannot take"),
    ],
)
def test_features_that_cannot_be_learned_from(features: list[str], what: str) -> None:
    table = TABLE.append_column("list", pa.array([[1]] * 3))
    with pytest.raises(DataError, match=what):
        infer_signature(table, label="label", features=features)


def test_a_table_of_the_label_alone() -> None:
    with pytest.raises(DataError, match="no column besides the label"):
        infer_signature(TABLE.select(["label"]), label="label", features=[])


@pytest.mark.parametrize(
    ("column", "seconds"),
    [
        (pa.array([1_500_000_001, -1], pa.timestamp("ns")), [1.5, 0.0]),
        (pa.array([1_500_000, -1], pa.timestamp("us", "UTC")), [1.5, -1e-6]),
        (pa.array([1_500, -1], pa.timestamp("ms")), [1.5, -0.001]),
        (pa.array([2**62, -1], pa.timestamp("s")), [2.0**62, -1.0]),
        (pa.array([2**31 - 1, -1], pa.date32()), [(2**31 - 1) * 86_400.0, -86_400.0]),
        (pa.array([86_400_000, -86_400_000], pa.date64()), [86_400.0, -86_400.0]),
    ],
    ids=str,
)
def test_times_of_every_unit_and_size(column: pa.Array, seconds: list[float]) -> None:
    table = pa.table({"t": column, "label": [0, 1]})
    signature = infer_signature(table, label="label", features=["t"])
    assert signature.encode(table)[:, 0].tolist() == seconds


@pytest.mark.parametrize("column", [pa.array([b"1"]), pa.array([1], pa.duration("s")), pa.array([1], pa.time32("s"))])
def test_what_is_no_number_is_refused(signature: Signature, column: pa.Array) -> None:
    rows = pa.table({**{feature: [None] for feature in FEATURES}, "i": column})
    with pytest.raises(ModelError, match=f"is {str(column.type).partition('[')[0]}"):
        signature.encode(rows)
