"""Statistics, schemas, anomalies and drift of TensorFlow Data Validation 1.16.1 as golden data.

Run from the root of the repository, with an interpreter that has TFDV and where the taxi data lie::

    python3.11 -m venv tfdv
    tfdv/bin/pip install uv
    tfdv/bin/uv pip install --python tfdv/bin/python tensorflow-data-validation==1.16.1 dill 'setuptools<81'
    tfdv/bin/python tests/golden/tfdv/make.py ../shared/data/taxi/taxi.csv

(pip alone tries versions for an hour; TFDV needs ``dill``, but does not ask for it.) Written here:

- ``tables/NAME.parquet``: the rows of `tables.py`, as Penstock reads them;
- ``statistics/NAME.json.gz``: `tfdv.GenerateStatistics` with its defaults, but for the options of `OPTIONS`;
- ``schema/NAME.json``: `tfdv.infer_schema` of these;
- ``validation.json.gz``: `tfdv.validate_statistics` of tables against the schemas of others (without the schema);
- ``comparison.json.gz``: its measurements of drift and skew, by pair, histogram source and feature.
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
import tables
import tensorflow_data_validation as tfdv
from apache_beam.options.pipeline_options import PipelineOptions
from google.protobuf import json_format
from tensorflow_data_validation import types
from tensorflow_data_validation.statistics.generators import cross_feature_stats_generator, lift_stats_generator
from tensorflow_data_validation.utils import slicing_util
from tensorflow_metadata.proto.v0 import schema_pb2, statistics_pb2

HERE = Path(__file__).parent
TAXI_TEXTS = ("payment_type", "company")
TAXI_NUMBERS = (
    "fare",
    "pickup_latitude",
    "pickup_longitude",
    "dropoff_latitude",
    "dropoff_longitude",
    "trip_miles",
    "tips",
)
TAXI_EARLY = 1_390_000_000
"""Trips that start before (seconds since 1970) are ``taxi_early``, the others ``taxi_late``."""

PAIRS = (
    ("drift_baseline", "drift_shifted"),
    ("drift_baseline", "drift_baseline"),
    ("drift_weighted_baseline", "drift_weighted_shifted"),
    ("taxi_early", "taxi_late"),
    ("nan_inf", "numbers"),
    ("numbers", "nan_inf"),
    ("constant", "all_null"),
    ("all_null", "constant"),
    ("ties", "weights"),
    ("zero_rows", "ties"),
    ("ties", "zero_rows"),
    ("lists", "slices"),
    ("lists", "weights"),
)
SOURCES = ("DEFAULT", "STANDARD", "QUANTILES")
STEPS = (1, 3, 5)
"""Each table is validated against the schemas of the tables so many places further on, and against its own."""


def main(taxi: Path) -> None:
    """Write everything."""
    everything = {name: make() for name, make in {**tables.ODD, **tables.DRIFT}.items()}
    (HERE / "tables").mkdir(exist_ok=True)
    for name, table in everything.items():
        pa.parquet.write_table(table, HERE / "tables" / f"{name}.parquet", compression="zstd")
    everything.update(taxi_tables(taxi))
    statistics = {name: generate(name, table) for name, table in everything.items()}
    schemas = {name: tfdv.infer_schema(message) for name, message in statistics.items()}
    for name in everything:
        write(HERE / "statistics" / f"{name}.json.gz", plain(statistics[name]))
        write(HERE / "schema" / f"{name}.json", plain(schemas[name]))
    write(HERE / "validation.json.gz", validations(statistics, schemas))
    write(HERE / "comparison.json.gz", [compare(a, b, source, statistics) for a, b in PAIRS for source in SOURCES])


def taxi_tables(path: Path) -> dict[str, pa.Table]:
    """All trips, and the early and the late ones, with the types that Penstock finds."""
    names = path.read_text().splitlines()[0].split(",")
    kinds = {
        name: pa.string() if name in TAXI_TEXTS else pa.float64() if name in TAXI_NUMBERS else pa.int64()
        for name in names
    }
    options = pa.csv.ConvertOptions(column_types=kinds, null_values=[""], strings_can_be_null=True)
    table = pa.csv.read_csv(path, convert_options=options)
    early = pc.less(table["trip_start_timestamp"], TAXI_EARLY)
    return {"taxi": table, "taxi_early": table.filter(early), "taxi_late": table.filter(pc.invert(early))}


def generate(name: str, table: pa.Table) -> statistics_pb2.DatasetFeatureStatisticsList:
    """TFDV's statistics of a table, by its Beam path (which counts texts exactly)."""
    batch = record_batch(table)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "statistics")
        with beam.Pipeline(options=PipelineOptions(pipeline_type_check=False)) as pipeline:  # lift has wrong hints
            made = pipeline | beam.Create([batch]) | tfdv.GenerateStatistics(options_of(name))
            made | tfdv.WriteStatisticsToBinaryFile(path)
        return tfdv.load_stats_binary(path)


def options_of(name: str) -> tfdv.StatsOptions:
    """The defaults, and what the table is there to show."""
    if name == "weights" or "weighted" in name:
        return tfdv.StatsOptions(weight_feature="w")
    if name == "slices":
        return tfdv.StatsOptions(experimental_slice_functions=[slicing_util.get_feature_value_slicer({"t": None})])
    if name == "crosses":
        pairs = cross_feature_stats_generator.CrossFeatureStatsGenerator(sample_rate=1.0)
        lift = lift_stats_generator.LiftStatsGenerator(
            types.FeaturePath(["label"]), x_paths=[types.FeaturePath(["t"])], min_x_count=0
        )
        return tfdv.StatsOptions(generators=[pairs, lift])
    return tfdv.StatsOptions()


def record_batch(table: pa.Table) -> pa.RecordBatch:
    """A table as TFDV wants it: every value in a list, booleans as whole numbers."""
    arrays = [
        pa.array([outer_value(value, field.type) for value in table[field.name].to_pylist()], outer_type(field.type))
        for field in table.schema
    ]
    return pa.RecordBatch.from_arrays(arrays, table.schema.names)


def outer_type(kind: pa.DataType) -> pa.DataType:
    """Type of a column, or of a field in a struct."""
    if pa.types.is_null(kind):
        return kind
    return pa.list_(inner_type(kind.value_type if pa.types.is_list(kind) else kind))


def inner_type(kind: pa.DataType) -> pa.DataType:
    """Type of a value within a list."""
    if pa.types.is_list(kind):
        return pa.list_(inner_type(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(field.name, outer_type(field.type)) for field in kind])
    return pa.int64() if pa.types.is_boolean(kind) else kind


def outer_value(value: Any, kind: pa.DataType) -> Any:
    """Value of a column, or of a field in a struct."""
    if value is None:
        return None
    if pa.types.is_list(kind):
        return [inner_value(item, kind.value_type) for item in value]
    return [inner_value(value, kind)]


def inner_value(value: Any, kind: pa.DataType) -> Any:
    """Value within a list."""
    if value is None:
        return None
    if pa.types.is_list(kind):
        return [inner_value(item, kind.value_type) for item in value]
    if pa.types.is_struct(kind):
        return {field.name: outer_value(value[field.name], field.type) for field in kind}
    return int(value) if pa.types.is_boolean(kind) else value


def validations(statistics: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """Anomalies of tables by ``DATA against SCHEMA``."""
    names = list(tables.ODD)
    pairs = [(name, names[(i + step) % len(names)]) for i, name in enumerate(names) for step in (0, *STEPS)]
    pairs += [("taxi", "taxi"), ("taxi_late", "taxi_early"), ("taxi_early", "taxi_late")]
    pairs += [("drift_shifted", "drift_baseline")]
    return {f"{a} against {b}": anomalies(statistics[a], schemas[b]) for a, b in pairs}


def anomalies(statistics: Any, schema: Any, **others: Any) -> dict[str, Any]:
    """What `tfdv.validate_statistics` says, without the schema."""
    found = plain(tfdv.validate_statistics(statistics, schema, **others))
    found.pop("baseline", None)
    return found


def compare(baseline: str, current: str, source: str, statistics: dict[str, Any]) -> dict[str, Any]:
    """Every measurement of drift and of skew that TFDV makes when all comparators of all features are set."""
    schema = tfdv.infer_schema(statistics[current])
    for feature in schema.feature:
        if feature.type != schema_pb2.STRUCT:
            for comparator in (feature.drift_comparator, feature.skew_comparator):
                comparator.infinity_norm.threshold = 0.0
                comparator.normalized_abs_difference.threshold = 0.0
                comparator.jensen_shannon_divergence.threshold = 0.0
                comparator.jensen_shannon_divergence.source.type = schema_pb2.HistogramSelection.Type.Value(source)
    drift = measured(anomalies(statistics[current], schema, previous_statistics=statistics[baseline]))
    skew = measured(anomalies(statistics[current], schema, serving_statistics=statistics[baseline]))
    return {"baseline": baseline, "current": current, "source": source, "drift": drift, "skew": skew}


def measured(found: dict[str, Any]) -> dict[str, Any]:
    """Of anomalies: what is said of comparators, without the prose."""
    reasons = {
        name: sorted(reason["type"] for reason in info["reason"] if reason["type"].startswith("COMPARATOR"))
        for name, info in found.get("anomalyInfo", {}).items()
    }
    return {**found, "anomalyInfo": {name: kinds for name, kinds in reasons.items() if kinds}}


def plain(message: Any) -> Any:
    """A message as JSON values."""
    return json.loads(json_format.MessageToJson(message))


def write(path: Path, value: Any) -> None:
    """One compact JSON file; the same value gives the same bytes."""
    path.parent.mkdir(exist_ok=True)
    data = (json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n").encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
