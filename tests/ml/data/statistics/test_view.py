from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st
from naive_statistics import naive_state
from tensorflow_metadata.proto.v0 import statistics_pb2

from penstock.ml.data.metadata.message import encode
from penstock.ml.data.metadata.statistics import FeatureStatistics, Histogram
from penstock.ml.data.statistics.options import StatisticsOptions
from penstock.ml.data.statistics.view import view_dataset, view_list

ALL = pa.table(
    {
        "number": pa.array([1.5, math.nan, -math.inf, None, 2.5, 0.0]),
        "whole": pa.array([3, -1, 0, None, 7, 7]),
        "flag": pa.array([True, False, None, True, True, True]),
        "text": pa.array(["b", "né", None, "b", "a", "é"]),
        "list": pa.array([[1, 2], [], None, [3], [4, 5, 6], [7]]),
        "nested": pa.array([[["x"], None], [], None, [["y", "z"], []], [], [[]]]),
        "struct": pa.array([{"a": 1}, None, {"a": None}, {"a": 3}, None, {"a": 1}]),
        "binary": pa.array([b"\x00", b"", None, b"abcd", b"abc", b"\xff"]),
        "image": pa.array([b"\xff\x00", b"\xff", b"", b"\xff\xfe\xfd\xfc", b"\xfe", None]),
        "nothing": pa.array([None] * 6, pa.string()),
        "weight": pa.array([1.0, 0.5, 0.25, 0.0, 2.0, 3.0]),
    }
)


def features(table: pa.Table, *, weight: str = "", **sizes: Any) -> dict[str, FeatureStatistics]:
    view = view_dataset(naive_state(table, weight=weight), StatisticsOptions(**sizes))
    return {str(feature.path): feature for feature in view.features}


def one(values: pa.Array, **sizes: Any) -> FeatureStatistics:
    return features(pa.table({"x": values}), **sizes)["x"]


def rows(histogram: Histogram | None) -> list[tuple[float, float, float]]:
    assert histogram is not None
    return [(bucket.low_value, bucket.high_value, bucket.sample_count) for bucket in histogram.buckets]


def parsed(text: str) -> Any:
    return json_format.Parse(text, statistics_pb2.DatasetFeatureStatisticsList())


@pytest.mark.parametrize("weight", ["", "weight"])
def test_protocol_buffers_read_every_field(weight: str) -> None:
    state = naive_state(ALL, weight=weight)
    text = encode(view_list([state], StatisticsOptions()))
    message = parsed(text)
    assert message.datasets[0].num_examples == 6
    assert [list(feature.path.step) for feature in message.datasets[0].features] == [
        list(path) for path in state.features
    ]
    # What protocol buffers write again is what they read.
    assert parsed(json_format.MessageToJson(message)) == message


def test_fields_of_32_bits_are_written_as_protocol_buffers_do() -> None:
    message = view_list([naive_state(ALL)], StatisticsOptions())
    written = json_format.MessageToDict(parsed(encode(message)))
    by_name = {".".join(feature["path"]["step"]): feature for feature in written["datasets"][0]["features"]}
    ours = {str(feature.path): feature for feature in message.datasets[0].features}
    assert ours["text"].string_stats is not None
    assert ours["text"].string_stats.avg_length == by_name["text"]["stringStats"]["avgLength"]
    assert ours["image"].bytes_stats is not None
    assert ours["image"].bytes_stats.avg_num_bytes == by_name["image"]["bytesStats"]["avgNumBytes"]
    assert ours["list"].num_stats is not None
    assert ours["list"].num_stats.common_stats is not None
    assert (
        ours["list"].num_stats.common_stats.avg_num_values == by_name["list"]["numStats"]["commonStats"]["avgNumValues"]
    )


def test_presence_and_number_of_values() -> None:
    numeric = features(ALL)["list"].num_stats
    assert numeric is not None
    common = numeric.common_stats
    assert common is not None
    assert (common.num_non_missing, common.num_missing) == (5, 1)
    assert (common.min_num_values, common.max_num_values, common.tot_num_values) == (0, 3, 7)
    assert common.avg_num_values == 1.4
    assert common.presence_and_valency_stats == (), "a list of one level is told by the common part"
    histogram = common.num_values_histogram
    assert histogram is not None
    assert (histogram.type, len(histogram.buckets)) == ("QUANTILES", 10)
    assert sum(count for _, _, count in rows(histogram)) == pytest.approx(5)


def test_a_flat_column_has_one_value_per_row() -> None:
    common = one(pa.array([5, None, 7])).num_stats.common_stats  # type: ignore[union-attr]
    assert common is not None
    assert rows(common.num_values_histogram) == [(1.0, 1.0, 0.2)] * 10
    assert (common.min_num_values, common.max_num_values, common.avg_num_values) == (1, 1, 1.0)


def test_levels_of_nesting() -> None:
    feature = features(ALL)["nested"]
    assert feature.string_stats is not None
    common = feature.string_stats.common_stats
    assert common is not None
    assert (common.num_non_missing, common.num_missing) == (5, 1)
    assert (common.min_num_values, common.max_num_values, common.tot_num_values) == (0, 2, 3)
    assert common.avg_num_values == 0.6
    buckets = rows(common.num_values_histogram)
    assert (buckets[0][0], buckets[-1][1], sum(bucket[2] for bucket in buckets)) == (0.0, 2.0, pytest.approx(5))
    outer, inner = common.presence_and_valency_stats
    assert (outer.num_non_missing, outer.num_missing, outer.tot_num_values, outer.max_num_values) == (5, 1, 5, 2)
    assert (inner.num_non_missing, inner.num_missing, inner.tot_num_values) == (4, 1, 3)
    names = [item.name for item in feature.custom_stats]
    assert names == ["level_2_value_list_length_quantiles", "level_2_value_list_length_standard"]
    assert feature.string_stats.unique == 3
    assert feature.string_stats.avg_length == 1.0


def test_innermost_values_count_with_the_weights_of_their_rows() -> None:
    feature = features(ALL, weight="weight")["nested"]
    assert feature.string_stats is not None
    common = feature.string_stats.common_stats
    assert common is not None
    weighted = common.weighted_common_stats
    assert weighted is not None
    assert (weighted.num_non_missing, weighted.num_missing, weighted.tot_num_values) == (6.5, 0.25, 1.0)
    assert weighted.avg_num_values == 1 / 6.5
    outer, _ = common.weighted_presence_and_valency_stats
    assert (outer.num_non_missing, outer.tot_num_values) == (6.5, 5.0)


def test_a_field_of_a_struct_is_missing_relative_to_the_struct() -> None:
    found = features(ALL)
    assert found["struct"].type == "STRUCT"
    struct = found["struct"].struct_stats
    assert struct is not None
    assert struct.common_stats is not None
    assert (struct.common_stats.num_non_missing, struct.common_stats.num_missing) == (4, 2)
    field = found["struct.a"].num_stats
    assert field is not None
    assert field.common_stats is not None
    assert (field.common_stats.num_non_missing, field.common_stats.num_missing) == (3, 1)


def test_numbers() -> None:
    values = np.random.default_rng(2).normal(10, 3, 500).round(1)
    numeric = one(pa.array(values)).num_stats
    assert numeric is not None
    assert numeric.mean == pytest.approx(np.mean(values), rel=1e-14)
    assert numeric.std_dev == pytest.approx(np.std(values), rel=1e-14)
    assert (numeric.min, numeric.max) == (values.min(), values.max())
    assert numeric.median == np.sort(values)[250]
    standard, spread = numeric.histograms
    assert [count for _, _, count in rows(standard)] == pytest.approx(np.histogram(values, 10)[0], abs=9)
    assert sum(count for _, _, count in rows(standard)) == 500
    assert [high for _, high, _ in rows(spread)][:-1] == [np.sort(values)[50 * k] for k in range(1, 10)]


def test_whole_numbers_and_booleans_are_int() -> None:
    found = features(ALL)
    assert found["flag"].type == found["whole"].type == "INT"
    assert [(item.name, item.text) for item in found["flag"].custom_stats] == [("penstock.domain", "BOOL")]
    whole = found["whole"].num_stats
    assert whole is not None
    assert (whole.mean, whole.num_zeros, whole.median, whole.min, whole.max) == (3.2, 1, 3.0, -1.0, 7.0)


def test_large_whole_numbers_have_an_exact_mean() -> None:
    numeric = one(pa.array([2**62 + 1, 2**62 + 3])).num_stats
    assert numeric is not None
    assert numeric.mean == float(2**62 + 2)
    assert numeric.std_dev == 1.0


def test_only_nan() -> None:
    feature = one(pa.array([math.nan, math.nan, None]))
    numeric = feature.num_stats
    assert numeric is not None
    assert (numeric.mean, numeric.min, numeric.max, numeric.median) == (0.0, 0.0, 0.0, 0.0)
    assert numeric.histograms == (Histogram(num_nan=2), Histogram(num_nan=2, type="QUANTILES"))


def test_infinities() -> None:
    numeric = features(ALL)["number"].num_stats
    assert numeric is not None
    assert math.isnan(numeric.mean)
    assert math.isnan(numeric.std_dev)
    assert (numeric.min, numeric.max, numeric.median, numeric.num_zeros) == (-math.inf, 2.5, 1.5, 1)
    standard, spread = numeric.histograms
    assert rows(standard)[0] == (-math.inf, -math.inf, 1.0)
    assert rows(standard)[-1][1] == 2.5
    assert (standard.num_nan, spread.num_nan) == (1, 1)
    only = one(pa.array([math.inf, math.inf])).num_stats
    assert only is not None
    assert (only.min, only.max, only.median) == (math.inf, math.inf, math.inf)


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.string(), pa.binary(), pa.list_(pa.int64())])
@pytest.mark.parametrize("count", [0, 3])
def test_features_without_values(kind: pa.DataType, count: int) -> None:
    feature = one(pa.array([None] * count, kind))
    part = feature.num_stats or feature.string_stats or feature.bytes_stats
    assert part is not None
    assert part.common_stats is not None
    assert (part.common_stats.num_non_missing, part.common_stats.num_missing) == (0, count)
    assert part.common_stats.num_values_histogram is None
    if feature.num_stats is not None:
        assert feature.num_stats.histograms == ()
    if feature.string_stats is not None:
        assert (feature.string_stats.unique, feature.string_stats.rank_histogram) == (0, None)


def test_texts() -> None:
    string = one(pa.array(["b", "a", "b", "né", "c", None, ""]), top_values=3, rank_buckets=4).string_stats
    assert string is not None
    assert string.unique == 5
    assert string.avg_length == 1.1666666, "in bytes, as TFDV counts them"
    # The most frequent first; of equals the larger by bytes.
    assert [(top.value, top.frequency) for top in string.top_values] == [("b", 2), ("né", 1), ("c", 1)]
    ranks = string.rank_histogram
    assert ranks is not None
    assert [(b.low_rank, b.high_rank, b.label, b.sample_count) for b in ranks.buckets] == [
        (0, 0, "b", 2),
        (1, 1, "né", 1),
        (2, 2, "c", 1),
        (3, 3, "a", 1),
    ]


def test_binary_values() -> None:
    feature = features(ALL)["image"]
    assert (feature.type, feature.string_stats) == ("BYTES", None)
    binary = feature.bytes_stats
    assert binary is not None
    assert (binary.unique, binary.avg_num_bytes, binary.min_num_bytes) == (5, 1.6, 0.0)
    assert (binary.max_num_bytes, binary.max_num_bytes_int) == (4.0, 4)


def test_binary_values_that_are_mostly_text_are_shown_as_text_alone() -> None:
    feature = features(ALL)["binary"]
    assert (feature.type, feature.bytes_stats, feature.custom_stats) == ("STRING", None, ())
    text = feature.string_stats
    assert text is not None
    assert (text.unique, text.invalid_utf8_count, text.avg_length) == (4, 1, 1.8)


def test_weights() -> None:
    table = pa.table({"x": [1.0, 2.0, 4.0, None], "s": ["a", "b", "a", "c"], "w": [3.0, 1.0, 0.0, 0.5]})
    view = view_dataset(naive_state(table, weight="w"), StatisticsOptions())
    assert (view.num_examples, view.weighted_num_examples) == (4, 4.5)
    found = {str(feature.path): feature for feature in view.features}
    numeric = found["x"].num_stats
    assert numeric is not None
    common = numeric.common_stats
    assert common is not None
    assert common.weighted_common_stats is not None
    assert (common.weighted_common_stats.num_non_missing, common.weighted_common_stats.num_missing) == (4.0, 0.5)
    assert (common.weighted_common_stats.tot_num_values, common.weighted_common_stats.avg_num_values) == (4.0, 1.0)
    weighted = numeric.weighted_numeric_stats
    assert weighted is not None
    assert (weighted.mean, weighted.median) == (1.25, 1.0)
    assert weighted.std_dev == pytest.approx(math.sqrt(0.1875), rel=1e-15)
    assert sum(count for _, _, count in rows(weighted.histograms[0])) == 4.0
    string = found["s"].string_stats
    assert string is not None
    assert string.weighted_string_stats is not None
    # TFDV lists no value of a weight below 1.
    assert [(top.value, top.frequency) for top in string.weighted_string_stats.top_values] == [("a", 3.0), ("b", 1.0)]


def test_no_weight_at_all() -> None:
    table = pa.table({"x": [1.0, 2.0], "w": [0.0, 0.0]})
    numeric = features(table, weight="w")["x"].num_stats
    assert numeric is not None
    weighted = numeric.weighted_numeric_stats
    assert weighted is not None
    assert (weighted.mean, weighted.std_dev, weighted.median) == (0.0, 0.0, 0.0)


def test_slices_stand_beside_all_rows() -> None:
    states = [naive_state(ALL), naive_state(ALL.slice(0, 2), name="text=b")]
    assert [dataset.name for dataset in view_list(states, StatisticsOptions()).datasets] == ["All Examples", "text=b"]
    assert view_list(states[:1], StatisticsOptions()).datasets[0].name == ""


def test_thinned_texts_tell_how_far_they_may_be_off() -> None:
    values = [f"user {i}" for i in range(900)] + ["NA"] * 400 + ["often"] * 300
    state = naive_state(pa.table({"x": values}), limit=50)
    feature = view_dataset(state, StatisticsOptions()).features[0]
    assert feature.string_stats is not None
    custom = {item.name: item.num for item in feature.custom_stats}
    error, bound = custom["penstock.unique_standard_error"], custom["penstock.unlisted_frequency_bound"]
    assert error is not None
    assert bound is not None
    assert abs(feature.string_stats.unique - 902) < 4 * error
    listed = {top.value: top.frequency for top in feature.string_stats.top_values}
    assert listed["NA"] == 400, "short texts are always counted"
    assert listed.get("often", 0) == 300 or bound >= 300


@settings(max_examples=40)
@given(
    st.lists(st.none() | st.floats(), max_size=12),
    st.sampled_from([pa.float64(), pa.float32()]),
)
def test_any_numbers_make_a_message(values: list[float | None], kind: pa.DataType) -> None:
    if kind == pa.float32():
        values = [None if value is None else float(np.float32(min(max(value, -1e38), 1e38))) for value in values]
    state = naive_state(pa.table({"x": pa.array(values, kind)}))
    message = parsed(encode(view_list([state], StatisticsOptions())))
    present = [value for value in values if value is not None and not math.isnan(value)]
    for histogram in message.datasets[0].features[0].num_stats.histograms:
        assert sum(bucket.sample_count for bucket in histogram.buckets) == pytest.approx(len(present))
        assert all(bucket.low_value <= bucket.high_value for bucket in histogram.buckets)
