"""Custom statistics of TensorFlow Data Validation 1.16.1 as golden data: what it makes of a schema.

Run from the root of the repository with an interpreter that has TFDV (see ``../make.py``)::

    tfdv/bin/python tests/golden/tfdv/custom/make.py

Written here, for each case: the schema as JSON, the rows, and the custom statistics of each feature that has any.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import tensorflow_data_validation as tfdv
from google.protobuf import json_format
from tensorflow_data_validation import types
from tensorflow_data_validation.statistics import stats_impl
from tensorflow_data_validation.statistics.generators.natural_language_stats_generator import NLStatsGenerator
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2

HERE = Path(__file__).parent
VOCABULARY = ("the", "cat", "sat", "on", "a", "mat", "unk")
"""Tokens by number."""

SPARSE = {
    "sparseFeature": [
        {"name": "joined", "valueFeature": {"name": "value"}, "indexFeature": [{"name": "row"}, {"name": "column"}]},
        {"name": "absent", "valueFeature": {"name": "value"}, "indexFeature": [{"name": "nowhere"}]},
    ],
    "weightedFeature": [
        {"name": "weighed", "feature": {"step": ["value"]}, "weightFeature": {"step": ["weight"]}},
        {"name": "unweighed", "feature": {"step": ["value"]}, "weightFeature": {"step": ["nowhere"]}},
    ],
}
LANGUAGE = {
    "coverage": {
        "minCoverage": 0.5,
        "excludedStringTokens": ["the"],
        "excludedIntTokens": ["4"],
        "oovStringTokens": ["unk"],
    },
    "tokenConstraints": [{"stringValue": "cat", "minPerSequence": "1"}, {"intValue": "2"}, {"stringValue": "dog"}],
    "sequenceLengthConstraints": {"excludedIntValue": ["3"], "excludedStringValue": ["mat"]},
}
CASES: dict[str, dict[str, Any]] = {
    "aligned": {"schema": SPARSE, "rows": {"value": [[1.0, 2.0], [3.0]], "row": [[1, 2], [3]], "column": [[1, 2], [0]],
                                           "weight": [[0.5, 0.5], [1.0]]}},
    "ragged": {"schema": SPARSE, "rows": {"value": [[1.0, 2.0], None, [1.0], [], None, [4.0, 5.0, 6.0]],
                                          "row": [[1, 2], [1], [1, 2, 3], None, None, []],
                                          "column": [[1], [1], None, [1], None, [1, 2, 3]],
                                          "weight": [[0.5], [1.0], None, None, None, [1.0, 2.0, 3.0, 4.0]]}},
    "all_missing": {"schema": SPARSE, "rows": {"value": [None, None], "row": [None, None], "column": [None, None],
                                               "weight": [None, None], "other": [[1], [2]]}},
    "words": {"schema": {"feature": [{"name": "text", "type": "BYTES", "naturalLanguageDomain": LANGUAGE}]},
              "rows": {"text": [["the", "cat", "sat"], ["cat", "cat", "unk", "mat"], None, [], ["dog", "unk"],
                                ["on", "a", "mat", "the", "cat", "été"]]}},
    "vocabulary_words": {"schema": {"feature": [{"name": "text", "type": "BYTES",
                                                 "naturalLanguageDomain": {"vocabulary": "words", **LANGUAGE}}]},
                         "rows": {"text": [["the", "cat", "sat"], ["cat", "on", "sat", "mat"], None, [],
                                           ["dog", "unk", "sat", "sat"]]}},
    "vocabulary_numbers": {"schema": {"feature": [{"name": "text", "type": "INT",
                                                   "naturalLanguageDomain": {"vocabulary": "words", **LANGUAGE}}]},
                           "rows": {"text": [[0, 1, 2], [1, 4, 2, 5], None, [], [99, 6, 2, 2]]}},
}  # fmt: skip


def made(case: dict[str, Any], vocabulary: Path) -> dict[str, Any]:
    """Custom statistics by feature."""
    schema = json_format.ParseDict(case["schema"], schema_pb2.Schema())
    rows = pa.table(case["rows"])
    options = tfdv.StatsOptions(schema=schema)
    statistics = stats_impl.generate_statistics_in_memory(rows.to_batches()[0], options)
    found = {}
    for feature in statistics.datasets[0].features:
        if feature.custom_stats:
            found[feature.path.step[0]] = [plain(entry) for entry in feature.custom_stats]
    for feature in schema.feature:
        found[feature.name] = language(schema, vocabulary, rows, feature.name)
    return found


def language(schema: schema_pb2.Schema, vocabulary: Path, rows: pa.Table, name: str) -> list[dict[str, Any]]:
    """Of one feature; TFDV has the generator, and runs it in no option of its own."""
    generator = NLStatsGenerator(schema, {"words": str(vocabulary)}, 10, 10, 0)
    generator.setup()
    parts = []
    for array in rows.column(name).chunks:
        parts.append(generator.add_input(generator.create_accumulator(), types.FeaturePath([name]), array))
    accumulator = generator.merge_accumulators(parts)
    return [plain(entry) for entry in generator.extract_output(generator.compact(accumulator)).custom_stats]


def plain(entry: statistics_pb2.CustomStatistic) -> dict[str, Any]:
    """A custom statistic as JSON, without what depends on sketches or on the order of hashes."""
    found: dict[str, Any] = json_format.MessageToDict(entry)
    for name in ("rankHistogram", "reportedSequences"):
        found.get("any", {}).pop(name, None)
    return found


def main() -> None:
    """Write the file."""
    with tempfile.TemporaryDirectory() as folder:
        vocabulary = Path(folder) / "words.txt"
        vocabulary.write_text("\n".join(VOCABULARY) + "\n")
        cases = {name: {**case, "custom": made(case, vocabulary)} for name, case in CASES.items()}
    text = json.dumps({"vocabulary": VOCABULARY, "cases": cases}, indent=1, ensure_ascii=False)
    (HERE / "custom.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
