from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from penstock.ml.data.anomalies import validate
from penstock.ml.data.metadata.domain import ImageDomain
from penstock.ml.data.metadata.schema import Feature, SchemaMessage
from penstock.ml.data.schema import Schema
from penstock.ml.data.statistics import Statistics, StatisticsOptions

PNG = b"\x89PNG\r\n\x1a\n\x00"
SENTENCE = "the cat sat on the mat"


def domain(values: list[Any], kind: pa.DataType) -> list[str | None]:
    table = pa.table({"x": pa.array(values, kind)})
    statistics = Statistics.of(table, options=StatisticsOptions(semantic_domains=True))
    merged = Statistics.from_bytes(statistics.to_bytes()).merge()
    assert merged.to_bytes() == statistics.to_bytes()
    return [entry.text for entry in statistics.feature("x").custom_stats if entry.name == "domain_info"]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([SENTENCE] * 80 + ["x"] * 20, pa.string(), ["natural_language_domain {}"]),
        ([SENTENCE] * 79 + ["x"] * 21, pa.string(), []),
        ([SENTENCE] * 99, pa.string(), []),
        (["a b c"] * 100, pa.string(), []),
        (["wordsoverlong areoverlong toooverlong"] * 100, pa.string(), []),
        ([PNG] * 80 + [b"\xff\x00"] * 20, pa.binary(), ["image_domain {}"]),
        ([PNG] * 79 + [b"\xff\x00"] * 21, pa.binary(), []),
        ([PNG] * 99, pa.binary(), []),
        ([1] * 100, pa.int64(), []),
    ],
)
def test_domains_by_the_rules_of_tfdv(values: list[Any], kind: pa.DataType, expected: list[str]) -> None:
    assert domain(values, kind) == expected


def test_nothing_is_suggested_unasked() -> None:
    assert Statistics.of(pa.table({"x": [SENTENCE] * 100})).feature("x").custom_stats == ()


def test_a_suggested_domain_is_an_anomaly_where_the_schema_does_not_say_so() -> None:
    statistics = Statistics.of(pa.table({"x": [SENTENCE] * 100}), options=StatisticsOptions(semantic_domains=True))
    schema = Schema.from_message(SchemaMessage(feature=(Feature(name="x", type="BYTES"),)))
    assert [finding.type for finding in validate(statistics, schema).findings] == ["SEMANTIC_DOMAIN_UPDATE"]


@pytest.mark.parametrize("kind", [pa.string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())])
def test_values_with_an_image_domain_are_bytes(kind: pa.DataType) -> None:
    domain_of = ImageDomain(minimum_supported_image_fraction=0.9, max_image_byte_size=5)
    message = SchemaMessage(feature=(Feature(name="x", type="BYTES", image_domain=domain_of),))
    table = pa.table({"x": pa.array(["GIF89a", "no", None, "BM.."]).cast(kind)})
    options = StatisticsOptions(schema=message)
    statistics = Statistics.of(table, options=options)
    found = statistics.feature("x")
    assert found.type == "BYTES"
    assert found.bytes_stats is not None
    assert (found.bytes_stats.unique, found.bytes_stats.max_num_bytes_int) == (3, 6)
    findings = {finding.type for finding in validate(statistics, Schema.from_message(message)).findings}
    assert findings == {"LOW_SUPPORTED_IMAGE_FRACTION", "MAX_IMAGE_BYTE_SIZE_EXCEEDED"}
    parts = [Statistics.of(table.slice(row, 1), options=options) for row in range(4)]
    assert parts[2].merge(parts[3], parts[0], parts[1]).to_bytes() == statistics.to_bytes()
