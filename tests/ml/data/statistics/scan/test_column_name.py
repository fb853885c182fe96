from __future__ import annotations

import pyarrow as pa
import pytest

from penstock.core.error import DataError
from penstock.ml.data.statistics import Statistics, StatisticsOptions
from penstock.ml.data.statistics.scan.column_name import check_names

ONE = pa.array([1])


def struct(*names: str) -> pa.Array:
    return pa.StructArray.from_arrays([ONE] * len(names), names=list(names))


@pytest.mark.parametrize("options", [StatisticsOptions(), StatisticsOptions(cross=(("a", "b"),))])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (pa.table([ONE], names=[""]), "column 1 of 1 has an empty name"),
        (pa.table([ONE, ONE], names=["a", ""]), "column 2 of 2 has an empty name"),
        (pa.table([ONE, ONE], names=["a", "a"]), "column 'a' appears 2 times"),
        (pa.table([struct("x", "")], names=["s"]), "field 2 of 2 has an empty name"),
        (pa.table([pa.ListArray.from_arrays([0, 1], struct("x", "x"))], names=["s"]), "field 'x' appears 2 times"),
        (pa.table({}), "no columns"),
    ],
)
def test_names_that_no_feature_can_have_are_refused(rows: pa.Table, message: str, options: StatisticsOptions) -> None:
    with pytest.raises(DataError, match=message):
        Statistics.of(rows, options=options)


@pytest.mark.parametrize(
    "kind",
    [
        pa.map_(pa.string(), pa.int64()),
        pa.run_end_encoded(pa.int32(), pa.string()),
        pa.dictionary(pa.int8(), pa.string()),
        pa.list_(pa.int8(), 3),
        pa.struct([]),
        pa.dense_union([pa.field("", pa.int64())]),
    ],
)
def test_types_without_named_fields_pass(kind: pa.DataType) -> None:
    check_names(pa.schema({"c": kind}), where="here")
