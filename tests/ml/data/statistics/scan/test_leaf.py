from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pytest

from penstock.ml.data.statistics.scan.leaf import leaf_of, numbers_of, plain

LARGEST = 2**63 - 1


@pytest.mark.parametrize(
    ("values", "kind", "numbers"),
    [
        ([True, False], pa.bool_(), [1, 0]),
        ([-128, 127], pa.int8(), [-128, 127]),
        ([2**64 - 1], pa.uint64(), [2**64 - 1]),
        ([1.5, -0.25], pa.float16(), [1.5, -0.25]),
        ([0.1], pa.float32(), [float(np.float32(0.1))]),
        ([Decimal("1.25")], pa.decimal128(10, 2), [1.25]),
        ([Decimal(-3)], pa.decimal128(10, 0), [-3]),
        ([Decimal(10) ** 37], pa.decimal128(38, 0), [1e37]),
        ([dt.date(1970, 1, 2), dt.date(9999, 12, 31), dt.date(1, 1, 1)], pa.date32(), [1, 2932896, -719162]),
        ([dt.date(1969, 12, 31)], pa.date64(), [-1]),
        ([1, -1], pa.timestamp("s"), [1_000_000, -1_000_000]),
        ([1, -1], pa.timestamp("ns", "Europe/Vienna"), [0, -1]),
        ([dt.time(0, 0, 1)], pa.time64("us"), [1_000_000]),
        ([2], pa.time32("s"), [2_000_000]),
        ([3], pa.duration("ms"), [3000]),
    ],
)
def test_numbers_by_type(values: list[Any], kind: pa.DataType, numbers: list[float]) -> None:
    found = numbers_of(pa.array(values, kind), None)
    assert found.finite.tolist() == numbers
    assert found.special == (0, 0, 0)
    assert leaf_of(kind).type == ("FLOAT" if isinstance(numbers[0], float) else "INT")


@pytest.mark.parametrize(
    ("values", "kind", "special"),
    [
        ([float("nan"), float("inf"), -float("inf"), float("inf")], pa.float64(), (1, 2, 1)),
        ([2**31 - 1, -(2**31) + 1, 5], pa.date32(), (0, 1, 1)),
        ([LARGEST, -LARGEST, 5], pa.timestamp("us"), (0, 1, 1)),
    ],
)
def test_nan_and_infinities_are_told_apart(values: list[Any], kind: pa.DataType, special: tuple[int, int, int]) -> None:
    integers = pa.int32() if kind == pa.date32() else pa.int64()
    array = pa.array(values, kind) if pa.types.is_floating(kind) else pa.array(values, integers).view(kind)
    found = numbers_of(array, np.arange(1, len(values) + 1))
    assert found.special == special
    assert found.finite.size == len(values) - sum(special)
    assert found.weights is not None
    assert found.weights.sum() + sum(found.special_weights) == sum(range(len(values) + 1))


def test_a_time_beyond_microseconds_is_refused() -> None:
    with pytest.raises(pa.ArrowInvalid, match="beyond the year"):
        numbers_of(pa.array([2**55], pa.timestamp("s")), None)


@pytest.mark.parametrize(
    ("array", "texts"),
    [
        (pa.array(["a", None], pa.large_string()), ["a", None]),
        (pa.array(["a", None], pa.string_view()), ["a", None]),
        (pa.array([b"ab", None], pa.binary(2)), [b"ab", None]),
        (pa.array(["a", None, "a"]).dictionary_encode(), ["a", None, "a"]),
        (pa.DictionaryArray.from_arrays([0, 1], pa.array(["a", None])), ["a", None]),
        (
            pa.ExtensionArray.from_storage(pa.uuid(), pa.array([UUID(int=5).bytes, None], pa.binary(16))),
            [str(UUID(int=5)), None],
        ),
        (
            pa.UnionArray.from_sparse(pa.array([0, 1], pa.int8()), [pa.array([1, 2]), pa.array(["a", "b"])]),
            ["1", "b"],
        ),
        (pa.RunEndEncodedArray.from_arrays([2, 3], pa.array(["a", None])), ["a", "a", None]),
    ],
    ids=["large", "view", "fixed", "dictionary", "null in dictionary", "uuid", "union", "run ends"],
)
def test_texts_by_type(array: pa.Array, texts: list[Any]) -> None:
    assert plain(array).to_pylist() == texts
    assert leaf_of(array.type).type == "STRING"


def test_lists_of_views_and_maps_become_lists() -> None:
    views = pa.array([["left out"], ["a"], None, [], ["b", "c"]], pa.list_view(pa.string())).slice(1)
    assert plain(views).to_pylist() == [["a"], None, [], ["b", "c"]]
    pairs = pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64()))
    assert plain(pairs).to_pylist() == [[{"key": "k", "value": 1}], None]
