from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from google.protobuf import json_format
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorflow_metadata.proto.v0 import statistics_pb2

from penstock.core.error import DataError
from penstock.ml.data import Dataset
from penstock.ml.data.anomalies import validate
from penstock.ml.data.metadata.domain import (
    FeatureCoverageConstraints,
    NaturalLanguageDomain,
    SequenceLengthConstraints,
    SequenceValueConstraints,
)
from penstock.ml.data.metadata.path import Path as FeaturePath
from penstock.ml.data.metadata.schema import (
    Feature,
    IndexFeature,
    SchemaMessage,
    SparseFeature,
    StructDomain,
    ValueFeature,
    WeightedFeature,
)
from penstock.ml.data.schema import Schema
from penstock.ml.data.statistics import Statistics, StatisticsOptions

DOMAIN = NaturalLanguageDomain(
    coverage=FeatureCoverageConstraints(
        min_coverage=0.9, min_avg_token_length=5.0, oov_string_tokens=("unk",), excluded_string_tokens=("<s>",)
    ),
    token_constraints=(
        SequenceValueConstraints(
            string_value="a",
            min_per_sequence=1,
            max_per_sequence=2,
            min_fraction_of_sequences=0.9,
            max_fraction_of_sequences=1.0,
        ),
        SequenceValueConstraints(string_value="bb", max_fraction_of_sequences=0.1),
    ),
    sequence_length_constraints=SequenceLengthConstraints(excluded_string_value=("<s>",)),
)
SPARSE = SparseFeature(
    name="sparse", value_feature=ValueFeature(name="v"), index_feature=(IndexFeature(name="i"), IndexFeature(name="j"))
)
SCHEMA = SchemaMessage(
    feature=(
        Feature(name="words", type="BYTES", natural_language_domain=DOMAIN),
        *(Feature(name=name, type=kind) for name, kind in (("v", "FLOAT"), ("i", "INT"), ("j", "INT"), ("w", "FLOAT"))),
    ),
    sparse_feature=(SPARSE,),
    weighted_feature=(
        WeightedFeature(name="weighed", feature=FeaturePath(step=("v",)), weight_feature=FeaturePath(step=("w",))),
    ),
)
OPTIONS = StatisticsOptions(schema=SCHEMA)
ARROW = pa.schema(
    {
        "words": pa.list_(pa.string()),
        "v": pa.list_(pa.float64()),
        "i": pa.list_(pa.int64()),
        "j": pa.list_(pa.int64()),
        "w": pa.list_(pa.float64()),
    }
)
ROWS: list[dict[str, Any]] = [
    {"words": ["<s>", "a", "bb", "unk"], "v": [1.0, 2.0], "i": [1, 2], "j": [1], "w": [0.5, 0.5]},
    {"words": ["a", "a", "a"], "v": None, "i": [1], "j": [1], "w": [1.0]},
    {"words": None, "v": [1.0], "i": [1, 2, 3], "j": None, "w": None},
    {"words": [], "v": [], "i": None, "j": [1], "w": None},
    {"words": ["ccc", "unk"], "v": None, "i": None, "j": None, "w": None},
]
TABLE = pa.Table.from_pylist(ROWS, schema=ARROW)

numbers = st.none() | st.lists(st.integers(0, 2), max_size=3)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "words": st.none() | st.lists(st.sampled_from(["a", "bb", "unk", "<s>", "né"]), max_size=4),
            **dict.fromkeys(("v", "i", "j", "w"), numbers),
        }
    ),
    max_size=12,
)


def of(table: Any, options: StatisticsOptions = OPTIONS) -> Statistics:
    return Statistics.of(table, options=options)


@settings(max_examples=40, deadline=None)
@given(rows, st.lists(st.integers(0, 12), max_size=3).map(sorted), st.randoms())
def test_parts_in_any_order_are_the_whole(found: list[dict[str, Any]], places: list[int], random: Any) -> None:
    table = pa.Table.from_pylist(found, schema=ARROW)
    edges = [0, *(place for place in places if place <= len(found)), len(found)]
    parts = [of(table.slice(low, high - low)) for low, high in pairwise(edges)]
    random.shuffle(parts)
    whole = of(table)
    assert parts[0].merge(*parts[1:]).to_bytes() == whole.to_bytes()
    random.shuffle(found)
    assert of(pa.Table.from_pylist(found, schema=ARROW)).to_bytes() == whole.to_bytes()


def test_a_data_set_a_stream_and_a_table_give_the_same(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(TABLE, path)
    whole = of(TABLE).to_bytes()
    assert of(Dataset(path)).to_bytes() == whole
    assert of(TABLE.to_reader(max_chunksize=2)).to_bytes() == whole
    assert of(TABLE, StatisticsOptions(schema=Schema.from_message(SCHEMA))).to_bytes() == whole  # type: ignore[arg-type]


def test_the_file_carries_it_and_protocol_buffers_read_it() -> None:
    statistics = of(TABLE)
    loaded = Statistics.from_bytes(statistics.to_bytes())
    assert loaded.message == statistics.message
    assert Statistics(loaded.states, OPTIONS).to_bytes() == statistics.to_bytes()
    found = json_format.Parse(statistics.to_bytes(), statistics_pb2.DatasetFeatureStatisticsList())
    assert [feature.path.step[0] for feature in found.datasets[0].features][-2:] == ["sparse", "weighed"]


def test_anomalies_follow_from_the_rows() -> None:
    anomalies = validate(of(TABLE), Schema.from_message(SCHEMA))
    found = {(finding.feature, finding.type) for finding in anomalies.findings}
    assert found == {
        ("words", "FEATURE_COVERAGE_TOO_LOW"),
        ("words", "FEATURE_COVERAGE_TOO_SHORT_AVG_TOKEN_LENGTH"),
        ("words", "SEQUENCE_VALUE_TOO_SMALL_FRACTION"),
        ("words", "SEQUENCE_VALUE_TOO_LARGE_FRACTION"),
        ("words", "SEQUENCE_VALUE_TOO_FEW_OCCURRENCES"),
        ("words", "SEQUENCE_VALUE_TOO_MANY_OCCURRENCES"),
        ("sparse", "SPARSE_FEATURE_MISSING_VALUE"),
        ("sparse", "SPARSE_FEATURE_MISSING_INDEX"),
        ("sparse", "SPARSE_FEATURE_LENGTH_MISMATCH"),
        ("weighed", "WEIGHTED_FEATURE_MISSING_VALUE"),
        ("weighed", "WEIGHTED_FEATURE_MISSING_WEIGHT"),
        ("weighed", "WEIGHTED_FEATURE_LENGTH_MISMATCH"),
    }


def test_features_inside_of_structs() -> None:
    schema = SchemaMessage(
        feature=(Feature(name="s", type="STRUCT", struct_domain=StructDomain(sparse_feature=(SPARSE,))),)
    )
    table = pa.table({"s": [{"v": [1, 2], "i": [1, 2], "j": [1]}, None, {"v": None, "i": [1], "j": None}]})
    found = {one.name: one for one in of(table, StatisticsOptions(schema=schema)).feature("s.sparse").custom_stats}
    assert found["missing_value"].num == 1
    assert [bucket.sample_count for bucket in found["max_length_diff"].rank_histogram.buckets] == [1, 0]  # type: ignore[union-attr]
    assert [bucket.sample_count for bucket in found["min_length_diff"].rank_histogram.buckets] == [0, -1]  # type: ignore[union-attr]


def test_statistics_by_different_schemas_are_not_merged() -> None:
    with pytest.raises(DataError, match="another schema"):
        of(TABLE).merge(Statistics.of(TABLE))
    other = SchemaMessage(
        feature=(Feature(name="words", type="BYTES", natural_language_domain=NaturalLanguageDomain()),)
    )
    first = SchemaMessage(feature=(Feature(name="words", type="BYTES", natural_language_domain=DOMAIN),))
    with pytest.raises(DataError, match="another natural language domain"):
        of(TABLE, StatisticsOptions(schema=first)).merge(of(TABLE, StatisticsOptions(schema=other)))


def test_without_a_vocabulary_that_is_needed_nothing_is_counted(tmp_path: Path) -> None:
    domain = NaturalLanguageDomain(vocabulary="words", token_constraints=(SequenceValueConstraints(int_value=1),))
    schema = SchemaMessage(feature=(Feature(name="words", type="BYTES", natural_language_domain=domain),))
    statistics = of(TABLE.select(["words"]), StatisticsOptions(schema=schema))
    assert statistics.states[0].custom == ()
    findings = validate(statistics, Schema.from_message(schema)).findings
    assert [finding.type for finding in findings] == ["STATS_NOT_AVAILABLE"]
    with pytest.raises(DataError, match="cannot be read"):
        of(TABLE, StatisticsOptions(schema=schema, vocabularies={"words": str(tmp_path / "none.txt")}))


def test_a_column_of_another_type_has_no_language() -> None:
    table = pa.table({"words": [1.5, 2.5]})
    assert of(table).feature("words").custom_stats == ()
