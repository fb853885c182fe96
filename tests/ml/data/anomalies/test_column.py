from __future__ import annotations

import pyarrow as pa
import pytest

from penstock.ml.data.anomalies.column import find_column
from penstock.ml.data.anomalies.table_source import as_dataset

DATA = pa.table(
    {
        "n": [1, None],
        'it\'s "odd"': ["a", "b"],
        "lists": [[[1, 2], None], [[3]]],
        "trip": [{"fare": 1.5, "stops": [1, 2]}, None],
        "legs": [[{"km": 3}, {"km": None}], []],
        "category": pa.array(["x", "y"]).dictionary_encode(),
        "span": pa.array([1, 2], pa.duration("s")),
    }
)


@pytest.mark.parametrize(
    ("path", "kind", "values", "length"),
    [
        (("n",), "int", [[1], [None]], [1, 0]),
        (('it\'s "odd"',), "text", [["a"], ["b"]], [1, 1]),
        (("lists",), "int", [[1, 2], [3]], [2, 1]),
        (("trip", "fare"), "float", [[1.5], [None]], [1, 0]),
        (("trip", "stops"), "int", [[1, 2], None], [2, 0]),
        (("legs", "km"), "int", [[3, None], []], [2, 0]),
        (("category",), "text", [["x"], ["y"]], [1, 1]),
    ],
)
def test_values_of_a_path(path: tuple[str, ...], kind: str, values: list[object], length: list[int]) -> None:
    column = find_column(DATA.schema, path)
    assert column is not None
    assert column.kind == kind
    answer = as_dataset(DATA).sql(f"select {column.values} as v, {column.length} as n from this").to_arrow()
    assert answer["v"].to_pylist() == values
    assert answer["n"].to_pylist() == length


def test_what_is_not_there_and_what_nobody_checks() -> None:
    assert find_column(DATA.schema, ("none",)) is None
    assert find_column(DATA.schema, ("n", "x")) is None
    assert find_column(DATA.schema, ()) is None
    span = find_column(DATA.schema, ("span",))
    assert span is not None
    assert span.kind == "other"
