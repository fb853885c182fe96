from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_statistics import naive_state

from penstock.core.context import StepContext, set_current_step
from penstock.core.error import DataError
from penstock.ml.data.dataset import Dataset
from penstock.ml.data.source.format import open_source
from penstock.ml.data.statistics.codec import encode_state
from penstock.ml.data.statistics.merge import merge_lists
from penstock.ml.data.statistics.merge_feature import merge_features
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.scan import Limits, ScanSetting, scan
from penstock.ml.data.statistics.state import MAX_VALUES, DatasetState, FeatureState
from penstock.ml.data.statistics.statistics import Statistics

SCHEMA = pa.schema(
    [
        ("number", pa.float64()),
        ("whole", pa.int64()),
        ("text", pa.string()),
        ("list", pa.list_(pa.string())),
        ("struct", pa.struct([("day", pa.date32()), ("flags", pa.list_(pa.bool_()))])),
        ("weight", pa.float64()),
        ("city", pa.string()),
    ]
)

words = st.one_of(st.sampled_from(["", "a", "b", "ä"]), st.text(max_size=6), st.integers(0, 300).map(str))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.one_of(st.none(), st.floats(), st.integers(-30, 30).map(float)),
            "whole": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.integers(0, 9)),
            "text": st.one_of(st.none(), words),
            "list": st.one_of(st.none(), st.lists(st.one_of(st.none(), words), max_size=3)),
            "struct": st.one_of(
                st.none(),
                st.fixed_dictionaries({"day": st.dates(), "flags": st.one_of(st.none(), st.lists(st.booleans()))}),
            ),
            "weight": st.floats(0, 1000),
            "city": st.one_of(st.none(), st.sampled_from(["Wien", "Graz"])),
        }
    ),
    max_size=40,
)
TEXT = st.sampled_from([b"", b"a", b"ok", "\u00e4".encode()]) | st.integers(0, 60).map(lambda number: b"%d" % number)
BINARY = TEXT | st.binary(max_size=2) | st.integers(0, 60).map(lambda number: b"\xff%d" % number)
LIMITS = Limits(bins=6, values=5, short_values=3)
OPTIONS = StatisticsOptions(weight="weight", slices=("city",), sql_slices={"some": "whole > 3 or text = 'a'"})


def content(states: Sequence[DatasetState]) -> list[Any]:
    """Everything in the states, as bytes that can be compared."""
    return [
        (
            state.name,
            state.num_examples,
            state.weight,
            {path: encode_state(feature) for path, feature in state.features.items()},
        )
        for state in states
    ]


def in_batches(table: pa.Table, sizes: Sequence[int]) -> pa.RecordBatchReader:
    batches, start = [], 0
    for size in sizes:
        batches += table.slice(start, size).combine_chunks().to_batches()
        start += size
    return pa.RecordBatchReader.from_batches(table.schema, [*batches, *table.slice(start).to_batches()])


@settings(max_examples=25)
@given(rows=ROWS, data=st.data())
def test_order_batches_files_and_threads_do_not_matter(
    rows: list[dict[str, Any]], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    table = pa.Table.from_pylist(rows, SCHEMA)
    expected = content(scan(table, OPTIONS, setting=ScanSetting(num_threads=1, limits=LIMITS)))
    order = data.draw(st.permutations(range(len(rows))), label="order")
    shuffled = table.take(pa.array(order, pa.int64()))
    sizes = data.draw(st.lists(st.integers(1, 7), max_size=6), label="batches")
    found = scan(in_batches(shuffled, sizes), OPTIONS, setting=ScanSetting(num_threads=4, limits=LIMITS))
    assert content(found) == expected
    folder = tmp_path_factory.mktemp("files")
    cut = data.draw(st.integers(0, len(rows)), label="first file")
    group = data.draw(st.integers(1, 9), label="row group")
    pq.write_table(shuffled.slice(0, cut), folder / "a.parquet", row_group_size=group)
    pq.write_table(shuffled.slice(cut), folder / "b.parquet", use_dictionary=False)
    found = scan(Dataset(folder), OPTIONS, setting=ScanSetting(num_threads=2, limits=LIMITS))
    assert content(found) == expected


@settings(max_examples=25)
@given(rows=ROWS, cuts=st.tuples(st.integers(0, 40), st.integers(0, 40)))
def test_states_of_parts_merge_into_that_of_the_whole(rows: list[dict[str, Any]], cuts: tuple[int, int]) -> None:
    table = pa.Table.from_pylist(rows, SCHEMA)
    low, high = sorted(cuts)
    parts = [scan(part, OPTIONS) for part in (table.slice(0, low), table.slice(low, high - low), table.slice(high))]
    assert content(merge_lists(parts)) == content(scan(table, OPTIONS))


@settings(max_examples=30)
@given(parts=st.lists(st.lists(st.none() | BINARY, max_size=12), min_size=1, max_size=4), data=st.data())
def test_parts_of_a_binary_column_merge_whether_they_are_text_or_not(
    parts: list[list[bytes | None]], data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from([pa.binary(), pa.large_binary()]), label="type")
    rows = [value for part in parts for value in part]

    def feature(values: list[bytes | None], limit: int | None) -> FeatureState:
        table = pa.table({"x": pa.array(values, kind)})
        return scan(table, setting=ScanSetting(limits=Limits(values=limit)))[0].features[("x",)]

    for limit in (None, 4):
        whole, states = feature(rows, limit), [feature(part, limit) for part in parts]
        most = MAX_VALUES if limit is None else limit
        assert encode_state(merge_features(states, limit=most)) == encode_state(whole)
        one_by_one = states[0]
        for state in states[1:]:
            one_by_one = merge_features([state, one_by_one], limit=most)
        assert encode_state(one_by_one) == encode_state(whole)
        num_invalid = sum(value is not None and not is_utf8(value) for value in rows)
        num_valid = sum(value is not None for value in rows) - num_invalid
        assert whole.type == ("BYTES" if num_invalid > num_valid else "STRING")


def is_utf8(value: bytes) -> bool:
    return value.decode(errors="replace").encode() == value


def test_the_whole_of_a_binary_column_is_shown_as_what_most_of_it_is() -> None:
    mostly_text = pa.table({"x": [b"a", b"b", b"\xff"], "n": [[b"a"], [b"\xff", b"\xfe"], None]})
    mostly_not = pa.table({"x": [b"\xfe", b"\xfd", b"c", b"\xfc"], "n": [None, [b"a", b"b", b"c"], [], []]})
    first, second = Statistics.of(mostly_text), Statistics.of(mostly_not)
    assert [one.feature(name).type for one in (first, second) for name in "xn"] == [
        "STRING",
        "BYTES",
        "BYTES",
        "STRING",
    ]
    whole = Statistics.of(pa.concat_tables([mostly_text, mostly_not]))
    merged = first.merge(second)
    assert merged.to_bytes() == second.merge(first).to_bytes() == whole.to_bytes()
    assert Statistics.from_bytes(merged.to_bytes()).merge().to_bytes() == whole.to_bytes()
    assert [whole.feature(name).type for name in "xn"] == ["BYTES", "STRING"]


VALUES = st.none() | st.sampled_from(["", "a", "b"])
ITEM = st.none() | st.fixed_dictionaries(
    {"q": st.none() | st.lists(st.none() | st.lists(VALUES, max_size=2), max_size=2)}
)
NESTED_SCHEMA = pa.schema(
    [
        ("two", pa.list_(pa.list_(pa.string()))),
        ("three", pa.list_(pa.list_(pa.list_(pa.string())))),
        ("items", pa.list_(pa.list_(pa.struct([("q", pa.list_(pa.list_(pa.string())))])))),
        ("weight", pa.float64()),
    ]
)
NESTED_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "two": st.none() | st.lists(st.none() | st.lists(VALUES, max_size=3), max_size=3),
            "three": st.none()
            | st.lists(st.none() | st.lists(st.none() | st.lists(VALUES, max_size=2), max_size=2), max_size=2),
            "items": st.none() | st.lists(st.none() | st.lists(ITEM, max_size=2), max_size=2),
            "weight": st.integers(0, 40).map(lambda units: units / 8),
        }
    ),
    max_size=15,
)


@settings(max_examples=60)
@given(rows=NESTED_ROWS, cut=st.integers(0, 15), weight=st.sampled_from(["", "weight"]))
def test_lists_in_lists_are_counted_as_row_by_row(rows: list[dict[str, Any]], cut: int, weight: str) -> None:
    table = pa.Table.from_pylist(rows, NESTED_SCHEMA)
    options = StatisticsOptions(weight=weight or None)
    found = scan(table, options)
    assert content(found) == content([naive_state(table, weight=weight)])
    parts = [scan(part, options) for part in (table.slice(0, cut), table.slice(cut))]
    assert content(merge_lists(parts)) == content(found)


def test_parts_beyond_the_exact_sizes_merge_into_the_whole() -> None:
    generator = np.random.default_rng(8)
    texts = np.char.add(np.array(["id ", "x"])[generator.integers(0, 2, 200_000)], np.arange(200_000).astype(str))
    table = pa.table(
        {"number": generator.normal(size=200_000), "text": texts, "length": generator.integers(0, 9, 200_000)}
    )
    whole = scan(table)
    sample = whole[0].features[("text",)].text
    assert sample is not None
    assert sample.sample.level > 0
    parts = [scan(table.slice(start, size)) for start, size in ((0, 60_000), (60_000, 140_000))]
    assert content(merge_lists(parts)) == content(whole)


@given(st.lists(st.floats(), min_size=1, max_size=50))
def test_figures_are_those_of_numpy_and_fsum(numbers: list[float]) -> None:
    [state] = scan(pa.table({"x": pa.array(numbers, pa.float64())}))
    numeric = state.features[("x",)].numeric
    assert numeric is not None
    finite = np.array([number for number in numbers if math.isfinite(number)])
    assert (numeric.num_nan, numeric.num_positive_inf) == (np.isnan(numbers).sum(), numbers.count(math.inf))
    assert numeric.histogram.counts.sum() == finite.size
    if finite.size:
        assert (numeric.minimum, numeric.maximum) == (finite.min(), finite.max())
        assert numeric.num_zeros == np.count_nonzero(finite == 0)
    total = Fraction(numeric.total.mantissa) * Fraction(2) ** numeric.total.exponent
    assert total == sum(map(Fraction, finite.tolist()))
    if abs(total) < 2**1000:
        assert float(total) == math.fsum(finite)


def test_slices_are_the_states_of_their_rows() -> None:
    table = pa.table({"a": [1, 2, None, 4], "city": ["Wien", "Graz", "Wien", None]})
    whole, graz, wien, large = scan(
        table, StatisticsOptions(slices=("city",), sql_slices={"large": "a > 1 and city is not null"})
    )
    assert (whole.name, graz.name, wien.name, large.name) == ("", "city=Graz", "city=Wien", "large")
    for state, places in ((graz, [1]), (wien, [0, 2]), (large, [1])):
        [alone] = scan(table.take(places))
        assert content([state])[0][1:] == content([alone])[0][1:]


def test_a_slice_by_value_is_there_without_rows() -> None:
    states = scan(pa.table({"city": ["Wien"]}), StatisticsOptions(slices=(("city", "Graz"),)))
    assert [(state.name, state.num_examples) for state in states] == [("", 1), ("city=Graz", 0)]


def test_every_kind_of_input_gives_the_same(tmp_path: Path) -> None:
    table = pa.table({"a": [1, 2, None], "b": ["x", None, "y"], "c": [0.5, None, 2.0]})
    expected = content(scan(table))
    pq.write_table(table, tmp_path / "a.parquet")
    (tmp_path / "a.csv").write_text("a,b,c\n1,x,0.5\n2,,\n,y,2.0\n")
    dataset = Dataset(tmp_path / "a.parquet")
    for data in (
        dataset,
        dataset.sql("select * from this"),
        open_source(str(tmp_path / "a.parquet")),
        Dataset.from_source(open_source(str(tmp_path / "a.csv"))),
        table.to_reader(),
        table.to_batches()[0],
    ):
        assert content(scan(data)) == expected


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (pa.table({}), "the table has no columns"),
        (pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]), "column 'a' appears 2 times"),
    ],
)
def test_what_is_no_table_of_columns_is_told(table: pa.Table, told: str) -> None:
    with pytest.raises(DataError, match=told):
        scan(table)


def test_a_wrong_weight_names_the_row_of_the_whole_stream() -> None:
    weights = np.ones(200_000)
    weights[150_000] = -1
    with pytest.raises(DataError, match="the weight of row 150001 is -1"):
        scan(pa.table({"w": weights}), StatisticsOptions(weight="w"))


def test_a_failing_query_is_told_without_traceback(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": ["x"]}), tmp_path / "a.parquet")
    with pytest.raises(DataError, match="Could not convert"):
        scan(Dataset(tmp_path / "a.parquet").sql("select a::int as a from this"))


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": np.random.default_rng(1).normal(size=50_000)}), path, compression="none")
    data = bytearray(path.read_bytes())
    data[2:200] = bytes(198)
    path.write_bytes(data)
    with pytest.raises(DataError, match="cannot be read"):
        scan(Dataset(path))


def test_a_stream_that_breaks_off_is_told() -> None:
    schema = pa.schema([("a", pa.int64())])

    def batches() -> Any:
        yield pa.record_batch([[1]], schema=schema)
        raise OSError("the connection was lost")

    with pytest.raises(DataError, match="the connection was lost"):
        scan(pa.RecordBatchReader.from_batches(schema, batches()))


def test_odd_tables() -> None:
    table = pa.table(
        {
            "gap": pa.array([None, None], pa.float64()),
            "null": pa.nulls(2),
            "nan": [math.nan, math.inf],
            "constant": ["x" * 10_000_000] * 2,
            "bytes": [b"\xff", b"ok"],
        }
    )
    [state] = scan(table)
    assert [path[0] for path in state.features] == ["bytes", "constant", "gap", "nan", "null"]
    constant = state.features[("constant",)].text
    assert constant is not None
    assert constant.total_characters == 20_000_000
    assert len(constant.sample.values[0].as_py()) < 200
    binary = state.features[("bytes",)].text
    assert binary is not None
    assert (binary.num_invalid_utf8, binary.sample.values.to_pylist()) == (1, ["ok"])
    [empty] = scan(table.slice(0, 0))
    assert empty.num_examples == 0


def test_thousands_of_columns() -> None:
    table = pa.table({f"c{number}": [number, 1] if number % 2 else ["a", "b"] for number in range(3000)})
    [state] = scan(table)
    assert len(state.features) == 3000


def test_progress_goes_to_the_running_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.ml.data.statistics.scan.scanner._REPORT_S", 0.0)
    told: list[dict[str, Any]] = []
    context = StepContext("r", "p", "s", -1, 1, tmp_path, told.append, lambda: False)
    set_current_step(context)
    try:
        scan(pa.table({"a": np.arange(200_000)}))
    finally:
        set_current_step(None)
    assert [message["total"] for message in told] == [200_000] * len(told)
    assert [message["done"] for message in told] == sorted(message["done"] for message in told)
    assert told[-1]["done"] == 200_000
